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
