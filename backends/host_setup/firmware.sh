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
