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
