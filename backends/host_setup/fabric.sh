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
