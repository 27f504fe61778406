#!/bin/sh
# What the VMs of host fabric need before they start.
# Written by gpuplan: change the spec and compile it again.
#
#     sh host-setup.sh --dry-run    # print the commands, change nothing
#     sh host-setup.sh              # run them; again and again does no harm
#     sh host-setup.sh --help

host='fabric'
vms='partitions'

plan()
{
	vfio_vgpu 'partitions' 0000:41:00.0 0000:41:00.4 'NVIDIA H100XM-40C' ''
	vfio_vgpu 'partitions' 0000:41:00.0 0000:41:00.5 'NVIDIA H100XM-40C' ''
	vfio_vgpu 'partitions' 0000:42:00.0 0000:42:00.4 'NVIDIA H100XM-80C' ''
	fabric_partition 'partitions' any '1'
	fabric_partition 'partitions' any '2'
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

# ---- vGPUs on vendor-specific VFIO: a type set on a virtual function ------------------------------

# A line of creatable_vgpu_types is "1145  : NVIDIA L40S-1B".
type_id() # FILE NAME
{
	while read -r id colon name || [ -n "$id" ]; do
		if [ "$colon$name" = ":$2" ]; then
			printf '%s\n' "$id"
			return 0
		fi
	done <"$1"
}

type_names() # FILE
{
	names=$(sed -n 's/^ *[0-9][0-9]* *: *//p' "$1" | sort -u | tr '\n' ',' | sed 's/,$//; s/,/, /g')
	printf '%s\n' "${names:-none}"
}

# The name of a type that is set. The function that has it may no longer list it: then the others of
# the same GPU do, or we set it ourselves.
type_name() # GPU FUNCTION ID
{
	if read -r id name 2>/dev/null <"$made/type-$2" && [ "$id" = "$3" ]; then
		printf '%s\n' "$name"
		return 0
	fi
	for list in "$pci/$2/nvidia/creatable_vgpu_types" "$pci/$1"/virtfn*/nvidia/creatable_vgpu_types; do
		name=$(sed -n "s/^ *$3 *: *//p" "$list" 2>/dev/null)
		[ -z "$name" ] || break
	done
	printf '%s\n' "$name"
}

set_type() # FUNCTION TYPE
{
	file=$pci/$1/nvidia/current_vgpu_type
	number=$(type_id "$pci/$1/nvidia/creatable_vgpu_types" "$2")
	[ -n "$number" ] || stop "$1: no type '$2' can be created there now;" \
		"creatable: $(type_names "$pci/$1/nvidia/creatable_vgpu_types")"
	remember "type-$1" "$number $2"
	put "$number" "$file"
	$dry || [ "$(cat "$file")" = "$number" ] || stop "$file says '$(cat "$file")' after $number ($2) was written"
}

make_vfio() # VM GPU FUNCTION TYPE PARAMETERS
{
	need_function "$2" "$3"
	changed=ok
	file=$pci/$3/nvidia/current_vgpu_type
	if [ ! -e "$pci/$3" ]; then # a dry run, before sriov-manage
		changed=made
		put "the id of $4" "$file"
	elif [ ! -e "$file" ]; then
		stop "$3: has no nvidia/current_vgpu_type: is the host driver NVIDIA's vGPU manager," \
			"with vendor-specific VFIO (vgpu_framework: vfio)?"
	else
		number=$(cat "$file")
		if [ "$number" = 0 ]; then
			changed=made
			set_type "$3" "$4"
		else
			name=$(type_name "$2" "$3" "$number")
			[ "$name" = "$4" ] || stop "$3: has the type $number (${name:-name not known}), the plan has '$4';" \
				"if no VM uses it: echo 0 > $file"
		fi
	fi
	set_parameters "$pci/$3" "$5"
	tell "$changed" "$1: $3, $4${5:+, $5}"
}

remove_vfio() # VM GPU FUNCTION TYPE
{
	[ -e "$made/type-$3" ] || return 0
	read -r id name <"$made/type-$3"
	number=$(cat "$pci/$3/nvidia/current_vgpu_type" 2>/dev/null) || number=0
	if [ "$number" = "$id" ]; then
		! in_use "$pci/$3" || stop "$3: a VM uses it ($name): stop the VM first"
		put 0 "$pci/$3/nvidia/current_vgpu_type"
		tell removed "$1: $3, $name"
	fi
	forget "type-$3"
}

vfio_vgpu() # VM GPU FUNCTION TYPE PARAMETERS
{
	wanted "$1" || return 0
	case $step in
	make) make_vfio "$@" ;;
	devices) remove_vfio "$@" ;;
	functions) remove_functions "$2" ;;
	esac
}

# ---- Fabric Manager -------------------------------------------------------------------------------

# `fmpm -l` prints JSON. Of each partition: its id, 1 where it is active, the physical ids of its
# GPUs, which are the module ids.
partitions()
{
	listing=$(fmpm -l 2>&1) || stop "'fmpm -l' failed: $listing"
	printf '%s\n' "$listing" | tr '{},' '[\n*]' | tr -d ' "' | awk -F: '
		$1 == "physicalId" { has[$2] = 1; n++ }
		$1 == "partitionId" { id = $2 }
		$1 == "isActive" { active = $2 }
		$1 == "numGpus" { size = $2 }
		id != "" && active != "" && size != "" && n == size {
			printf "%s %s", id, active
			for (m = 0; m <= 64; m++)
				if (m in has)
					printf " %s", m
			printf "\n"
			id = active = size = ""
			n = 0
			split("", has)
		}'
}

# Sets id, active and modules: of the partition with that id, or with those modules where the plan
# has no id.
find_partition() # ID MODULES
{
	active=
	modules=
	all=$(partitions)
	while read -r id active modules; do
		if [ "$id" = "$1" ] || { [ "$1" = any ] && [ "$modules" = "$2" ]; }; then
			return 0
		fi
	done <<END
$all
END
	id=$1
	modules=
}

make_partition() # VM ID MODULES
{
	if $dry && ! command -v fmpm >/dev/null; then
		printf 'fmpm -a %s\n' "$2"
		return 0
	fi
	find_partition "$2" "$3"
	[ "$id" != any ] || stop "$1: Fabric Manager lists no partition of the modules $3"
	[ "${modules:-$3}" = "$3" ] || stop "$1: partition $id has the modules $modules, the plan says $3"
	changed=ok
	if [ "$active" != 1 ]; then
		changed=made
		$dry || mkdir -p "$made/partition-$id"
		run fmpm -a "$id"
	fi
	# Several VMs may share one: who needs it stands in its folder.
	[ ! -d "$made/partition-$id" ] || remember "partition-$id/$1" "$3"
	tell "$changed" "$1: partition $id, modules $3"
}

remove_partition() # VM ID MODULES
{
	for folder in "$made"/partition-*; do
		[ "$(cat "$folder/$1" 2>/dev/null)" = "$3" ] || continue
		forget "${folder##*/}/$1"
		[ -z "$(find "$folder" -type f ! -name "$1")" ] || continue
		run fmpm -d "${folder##*-}"
		$dry || rmdir "$folder"
		tell removed "$1: partition ${folder##*-}, modules $3"
	done
}

fabric_partition() # VM ID MODULES
{
	wanted "$1" || return 0
	case $step in
	make) make_partition "$@" ;;
	fabric) remove_partition "$@" ;;
	esac
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
