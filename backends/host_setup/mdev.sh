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
