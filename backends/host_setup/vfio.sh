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
