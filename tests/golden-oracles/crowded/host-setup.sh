#!/bin/sh
# What the VMs of host crowded need before they start.
# Written by gpuplan: change the spec and compile it again.
#
#     sh host-setup.sh --dry-run    # print the commands, change nothing
#     sh host-setup.sh              # run them; again and again does no harm
#     sh host-setup.sh --help

host='crowded'
vms='eight-gpus'

plan()
{
	whole_gpu 'eight-gpus' 0000:01:00.0
	whole_gpu 'eight-gpus' 0000:81:00.0
	whole_gpu 'eight-gpus' 0000:02:00.0
	whole_gpu 'eight-gpus' 0000:82:00.0
	whole_gpu 'eight-gpus' 0000:03:00.0
	whole_gpu 'eight-gpus' 0000:83:00.0
	whole_gpu 'eight-gpus' 0000:04:00.0
	whole_gpu 'eight-gpus' 0000:84:00.0
	firmware_variables 'eight-gpus' '/var/lib/gpuplan/eight-gpus_VARS.fd' '/usr/share/OVMF/OVMF_VARS_4M.fd'
}

# ---- from here on the same for every host ---------------------------------------------------------

sysfs=${GPUPLAN_SYSFS:-/sys}
root=${GPUPLAN_ROOT-}
pci=$sysfs/bus/pci/devices
# What this script made, a file each. Like the vGPUs themselves it does not outlive a reboot.
made=$root/run/gpuplan
PATH=$PATH:/usr/lib/nvidia # sriov-manage

usage()
{
	cat <<END
usage: sh host-setup.sh [--dry-run] [--remove] [VM...]

Makes what the VMs of host '$host' need before they start, or only what the named VMs
need. What is there already is left alone. It stops at the first thing that is not as the plan says.

  --dry-run  print the commands, change nothing
  --remove   take away what this script made, last things first
  --help     this text

VMs: $vms
GPUPLAN_SYSFS stands in for /sys, GPUPLAN_ROOT goes before /run, /var, /usr and /dev: for tests.
Status: 0 all is as the plan says, 1 stopped, 2 wrong usage.
END
}

stop()
{
	printf 'host-setup: %s\n' "$*" >&2
	exit 1
}

tell() # STATE WORDS...
{
	state=$1
	shift
	if $dry; then
		printf '# %s: %s\n' "$state" "$*"
	else
		printf '%-8s %s\n' "$state" "$*"
	fi
}

quoted() # TEXT: as one word of a shell
{
	printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"
}

# A command.
run()
{
	if $dry; then
		printf '%s\n' "$*"
	else
		output=$("$@" 2>&1 9>&-) || stop "'$*' failed: $output"
	fi
}

# A file of sysfs. Always a whole line: NVIDIA's driver drops the last byte of a write.
put() # VALUE FILE
{
	if $dry; then
		printf 'echo %s > %s\n' "$(quoted "$1")" "$2"
	else
		printf '%s\n' "$1" >"$2" || stop "$2 does not take '$1'"
	fi
}

remember() # NAME TEXT
{
	$dry || printf '%s\n' "$2" >"$made/$1"
}

forget() # NAME
{
	$dry || rm -f "$made/$1"
}

# The VM is among those that were asked for.
wanted() # VM
{
	case "${only:-$vms}" in
	"$1" | "$1 "* | *" $1" | *" $1 "*) return 0 ;;
	esac
	return 1
}

# The last part of what a link points to; nothing where there is no link.
link_name() # LINK
{
	target=$(readlink "$1") || return 0
	printf '%s\n' "${target##*/}"
}

# Some process has the device open.
in_use() # DEVICE
{
	for node in "$root/dev/vfio/$(link_name "$1/iommu_group")" "$1"/vfio-dev/*; do
		case $node in
		*/vfio-dev/*) node=$root/dev/vfio/devices/${node##*/} ;;
		esac
		[ -c "$node" ] || [ -f "$node" ] || continue
		[ -z "$(find /proc/[0-9]*/fd -lname "$node" 2>/dev/null)" ] || return 0
	done
	return 1
}

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

# ---- the firmware's variables: the guest's own, so never taken away -------------------------------

firmware_variables() # VM FILE TEMPLATE
{
	if ! wanted "$1" || [ "$step" != make ]; then
		return 0
	fi
	changed=ok
	file=$root$2
	if [ ! -e "$file" ]; then
		changed=made
		[ -e "$root$3" ] || $dry || stop "$root$3 is not there: install OVMF"
		run mkdir -p "${file%/*}"
		run cp "$root$3" "$file.new" # a copy that was cut short never gets the name
		run mv "$file.new" "$file"
	fi
	tell "$changed" "$1: $file"
}

# ---- the run --------------------------------------------------------------------------------------

# Each line of the plan does its part of a step.
steps()
{
	for step; do
		plan
	done
}

wrong_usage()
{
	printf 'host-setup: %s\n' "$*" >&2
	exit 2
}

main()
{
	dry=false remove=false only='' names=''
	for word; do
		case $word in
		-h | --help)
			usage
			exit 0
			;;
		-n | --dry-run) dry=true ;;
		--remove) remove=true ;;
		-*) wrong_usage "no option '$word': --dry-run, --remove or --help" ;;
		*)
			wanted "$word" || wrong_usage "no VM '$word' in the plan of host '$host': $vms"
			names="$names${names:+ }$word"
			;;
		esac
	done
	only=$names
	if ! $dry; then
		[ "$(id -u)" = 0 ] || [ -n "${GPUPLAN_SYSFS-}" ] || stop 'run it as root; --dry-run needs no root'
		mkdir -p "$made"
		exec 9>"$made/lock" # one run at a time
		flock 9
	fi
	if $remove; then
		steps fabric devices functions
	else
		steps owners make
	fi
}

set -eu
main "$@"
