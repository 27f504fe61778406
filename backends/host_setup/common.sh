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
