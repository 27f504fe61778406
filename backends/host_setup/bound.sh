# ---- whole GPUs, bound to vfio-pci ----------------------------------------------------------------

rebind() # GPU DRIVER: to the driver, or to the one that the kernel chooses where it is empty
{
	put "$2" "$pci/$1/driver_override"
	[ ! -e "$pci/$1/driver" ] || put "$1" "$pci/$1/driver/unbind"
	put "$1" "${pci%/*}/drivers_probe"
}

make_bound() # VM GPU
{
	[ -e "$pci/$2" ] || stop "$2: there is no such PCI device; the plan has a GPU there"
	vendor=$(cat "$pci/$2/vendor" 2>/dev/null) || vendor=0x10de
	[ "$vendor" = 0x10de ] || stop "$2: is no GPU of NVIDIA (vendor $vendor); the plan has one there"
	changed=ok
	if [ "$(link_name "$pci/$2/driver")" != vfio-pci ]; then
		changed=made
		[ -e "${pci%/*}/drivers/vfio-pci" ] || run modprobe vfio-pci
		remember "bound-$2" vfio-pci
		rebind "$2" vfio-pci
		now=$(link_name "$pci/$2/driver")
		$dry || [ "$now" = vfio-pci ] || stop "$2: is bound to ${now:-no driver}, not to vfio-pci"
	fi
	tell "$changed" "$1: $2, bound to vfio-pci"
}

remove_bound() # VM GPU
{
	[ -e "$made/bound-$2" ] || return 0
	if [ "$(link_name "$pci/$2/driver")" = vfio-pci ]; then
		! in_use "$pci/$2" || stop "$2: a VM uses it: stop the VM first"
		rebind "$2" ''
		tell removed "$1: $2, bound to vfio-pci"
	fi
	forget "bound-$2"
}

whole_gpu() # VM GPU
{
	wanted "$1" || return 0
	case $step in
	make) make_bound "$@" ;;
	devices) remove_bound "$@" ;;
	esac
}
