#!/bin/sh
# What the VMs of host variants need before they start.
# Written by gpuplan: change the spec and compile it again.
#
#     sh host-setup.sh --dry-run    # print the commands, change nothing
#     sh host-setup.sh              # run them; again and again does no harm
#     sh host-setup.sh --help

host='variants'
vms='no-gpus three-nodes vgpus windows-bios'

plan()
{
	firmware_variables 'no-gpus' '/var/lib/gpuplan/no-gpus_VARS.fd' '/usr/share/OVMF/OVMF_VARS_4M.fd'
	whole_gpu 'three-nodes' 0000:01:00.0
	whole_gpu 'three-nodes' 0000:02:00.0
	whole_gpu 'three-nodes' 0000:03:00.0
	whole_gpu 'three-nodes' 0000:04:00.0
	firmware_variables 'three-nodes' '/var/lib/gpuplan/three-nodes_VARS.fd' '/usr/share/OVMF/OVMF_VARS_4M.fd'
	mdev_vgpu 'vgpus' 0000:05:00.0 any 96277f07-c731-569b-b2f4-f595fa8fe9b7 kept 'NVIDIA A40-12C' ''
	mdev_vgpu 'vgpus' 0000:05:00.0 any a25d1765-055e-5dab-b696-8fe5798431fc kept 'NVIDIA A40-12C' ''
	mdev_vgpu 'vgpus' 0000:06:00.0 any 11111111-2222-3333-4444-555555555555 kept 'NVIDIA A40-12C' ''
	firmware_variables 'vgpus' '/var/lib/gpuplan/vgpus_VARS.fd' '/usr/share/OVMF/OVMF_VARS_4M.fd'
	whole_gpu 'windows-bios' 0000:07:00.0
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

# ---- virtual functions ----------------------------------------------------------------------------

# Waits a while for what a driver makes in its own time.
await() # FILE
{
	tries=10
	while [ ! -e "$1" ] && [ "$tries" != 0 ]; do
		sleep 1
		tries=$((tries - 1))
	done
}

seen=

# Once a GPU in a run.
first_time() # GPU
{
	case " $seen " in
	*" $1 "*) return 1 ;;
	esac
	seen="$seen $1"
}

# FILE is there when the GPU's virtual functions are.
need_functions() # GPU FILE
{
	[ -e "$pci/$1" ] || stop "$1: there is no such PCI device; the plan has a GPU there"
	[ ! -e "$2" ] && first_time "$1" || return 0
	remember "functions-$1" made
	run sriov-manage -e "$1"
	$dry || await "$2"
}

need_function() # GPU FUNCTION
{
	need_functions "$1" "$pci/$2"
	if $dry && [ ! -e "$pci/$2" ]; then
		return 0
	fi
	[ -e "$pci/$2" ] || stop "$2: sriov-manage -e $1 has not made this virtual function"
	owner=$(link_name "$pci/$2/physfn")
	[ "${owner:-$1}" = "$1" ] || stop "$2: is a virtual function of $owner; the plan says of $1"
}

# The GPU's virtual functions carry a vGPU.
functions_busy() # GPU
{
	for link in "$pci/$1"/virtfn*; do
		type=$(cat "$link/nvidia/current_vgpu_type" 2>/dev/null) || type=0
		[ "$type" = 0 ] || return 0
		for device in "$link"/????????-????-????-????-????????????; do
			[ ! -e "$device" ] || return 0
		done
	done
	return 1
}

remove_functions() # GPU
{
	[ -e "$made/functions-$1" ] && first_time "$1" || return 0
	if ! $dry && functions_busy "$1"; then
		tell left "virtual functions of $1: vGPUs are on them"
	else
		run sriov-manage -d "$1"
		forget "functions-$1"
		tell removed "virtual functions of $1"
	fi
}

# ---- plugin parameters ----------------------------------------------------------------------------

# One write replaces all of them; a blank clears them.
set_parameters() # DEVICE PARAMETERS
{
	file=$1/nvidia/vgpu_params
	if [ ! -e "$1" ] && $dry; then
		[ -z "$2" ] || put "$2" "$file"
		return 0
	fi
	if [ ! -e "$file" ]; then
		[ -z "$2" ] || stop "$file is not there: this driver takes no '$2' for the vGPU"
		return 0
	fi
	now=$(cat "$file" 2>/dev/null) || now= # no type is set yet: a dry run
	[ "$now" != ' ' ] || now=
	[ "$now" != "$2" ] || return 0
	! in_use "$1" || stop "${1##*/}: a VM uses it with the parameters '$now', the plan has '$2': stop the VM first"
	put "${2:- }" "$file"
	changed=made
	$dry || [ "$(cat "$file")" = "${2:- }" ] || stop "$file says '$(cat "$file")' after '$2' was written"
}

# ---- vGPUs on mediated devices --------------------------------------------------------------------

# What kind of type is called so there: nvidia-558.
mdev_type() # PARENT TYPE
{
	for kind in "$sysfs/class/mdev_bus/$1/mdev_supported_types"/*; do
		if [ -e "$kind/name" ] && [ "$(cat "$kind/name")" = "$2" ]; then
			printf '%s\n' "${kind##*/}"
			return 0
		fi
	done
}

mdev_free() # PARENT KIND
{
	[ "$(cat "$sysfs/class/mdev_bus/$1/mdev_supported_types/$2/available_instances" 2>/dev/null)" != 0 ]
}

mdev_names() # PARENT
{
	names=
	for kind in "$sysfs/class/mdev_bus/$1/mdev_supported_types"/*; do
		[ ! -e "$kind/name" ] || ! mdev_free "$1" "${kind##*/}" || names="$names${names:+, }$(cat "$kind/name")"
	done
	printf '%s\n' "${names:-none}"
}

# Functions that have a device, or get one in this run.
owned=

# Definitions that mdevctl keeps: "UUID PARENT KIND manual".
defined() # OPTION VALUE
{
	if ! $dry || command -v mdevctl >/dev/null; then
		mdevctl list -d "$1" "$2" 2>/dev/null | sed '/^$/d'
	fi
}

# PARENT is the GPU, or one of its functions.
belongs() # PARENT GPU
{
	[ "$1" = "$2" ] || [ "$(link_name "$pci/$1/physfn")" = "$2" ]
}

# There is a place for mediated devices: the plan's function, the GPU itself, or functions of it.
open_gpu() # GPU FUNCTION
{
	if [ "$2" != any ]; then
		need_function "$1" "$2"
	elif [ ! -e "$sysfs/class/mdev_bus/$1" ]; then
		need_functions "$1" "$pci/$1/virtfn0"
	fi
}

# A definition of an earlier run still fits. Its kind may not: the numbers change with the driver.
definition_fits() # PARENT KIND GPU FUNCTION TYPE
{
	[ "$2" = "$(mdev_type "$1" "$5")" ] && belongs "$1" "$3" && { [ "$4" = any ] || [ "$4" = "$1" ]; }
}

# Sets parent: the GPU itself where it takes mediated devices, else the first of its functions that
# has room, no owner in the plan and none in mdevctl's definitions. A function takes one device.
choose_parent() # GPU TYPE
{
	parent=$1
	[ ! -e "$sysfs/class/mdev_bus/$1" ] || return 0
	for link in "$pci/$1"/virtfn*; do
		parent=$(link_name "$link")
		case " $owned " in
		*" $parent "*) continue ;;
		esac
		kind=$(mdev_type "$parent" "$2")
		if [ -n "$kind" ] && mdev_free "$parent" "$kind" && [ -z "$(defined -p "$parent")" ]; then
			owned="$owned $parent"
			return 0
		fi
	done
	parent=$(link_name "$pci/$1/virtfn0")
	[ -z "$parent" ] || stop "$1: no virtual function is left where a '$2' can be created now;" \
		"creatable on $parent: $(mdev_names "$parent")"
}

# Sets parent, kind, and whether mdevctl knows the device so already.
place_mdev() # GPU FUNCTION UUID TYPE
{
	open_gpu "$1" "$2"
	known=false
	definition=$(defined -u "$3")
	if [ -n "$definition" ]; then
		read -r _ parent kind _ <<END
$definition
END
		if definition_fits "$parent" "$kind" "$1" "$2" "$4"; then
			known=true
			return 0
		fi
		run mdevctl undefine -u "$3"
	fi
	parent=$2
	[ "$2" != any ] || choose_parent "$1" "$4"
	if $dry && [ ! -e "$pci/${parent:-none}" ]; then # before sriov-manage
		parent=${parent:-"a function of $1"}
		kind="the type of $4"
		return 0
	fi
	kind=$(mdev_type "$parent" "$4")
	if [ -z "$kind" ] || ! mdev_free "$parent" "$kind"; then
		stop "${parent:-$1}: no type '$4' can be created there now; creatable: $(mdev_names "$parent")"
	fi
}

# Sets parent; a device of that UUID that is not the plan's stops everything.
check_mdev() # GPU FUNCTION UUID TYPE
{
	parent=$(readlink -f "$sysfs/bus/mdev/devices/$3")
	parent=${parent%/*}
	parent=${parent##*/}
	name=$(cat "$sysfs/bus/mdev/devices/$3/mdev_type/name" 2>/dev/null) || name=
	[ "$name" = "$4" ] || stop "$3: is there as '${name:-a type without a name}', the plan has '$4';" \
		"if no VM uses it: mdevctl stop -u $3"
	if ! belongs "$parent" "$1" || [ "${2#any}" != "" ] && [ "$2" != "$parent" ]; then
		stop "$3: is there on $parent, the plan has it on $1 ($2); if no VM uses it: mdevctl stop -u $3"
	fi
}

make_mdev() # VM GPU FUNCTION UUID KEPT TYPE PARAMETERS
{
	device=$sysfs/bus/mdev/devices/$4
	changed=ok
	if [ -e "$device" ]; then
		check_mdev "$2" "$3" "$4" "$6"
	else
		changed=made
		place_mdev "$2" "$3" "$4" "$6"
		if [ "$5" = transient ]; then
			run mdevctl start -u "$4" -p "$parent" -t "$kind"
		else
			$known || run mdevctl define -u "$4" -p "$parent" -t "$kind"
			run mdevctl start -u "$4" -p "$parent"
		fi
		$dry || [ -e "$device" ] || stop "$4: mdevctl start has not made it on $parent"
	fi
	set_parameters "$device" "$7"
	tell "$changed" "$1: $4 on $parent, $6${7:+, $7}"
}

# A device is known by its UUID, which is the plan's: no other record is needed, and a definition
# outlives a reboot.
remove_mdev() # VM GPU FUNCTION UUID KEPT TYPE
{
	device=$sysfs/bus/mdev/devices/$4
	changed=
	if [ -e "$device" ]; then
		check_mdev "$2" "$3" "$4" "$6"
		! in_use "$device" || stop "$4: a VM uses it ($6): stop the VM first"
		run mdevctl stop -u "$4"
		changed=removed
	fi
	if [ -n "$(defined -u "$4")" ]; then
		run mdevctl undefine -u "$4"
		changed=removed
	fi
	[ -z "$changed" ] || tell "$changed" "$1: $4, $6"
}

mdev_vgpu() # VM GPU FUNCTION UUID KEPT TYPE PARAMETERS
{
	if [ "$step" = owners ]; then
		owned="$owned $3"
	fi
	wanted "$1" || return 0
	case $step in
	make) make_mdev "$@" ;;
	devices) remove_mdev "$@" ;;
	functions) remove_functions "$2" ;;
	esac
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
