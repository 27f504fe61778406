# Reads command lines, their words between tabs, and prints what bash offers for the last word.
# shellcheck source=/dev/null
source "$COMPLETIONS/gpuplan.bash"
function=$(complete -p gpuplan | sed 's/.*-F \([^ ]*\) .*/\1/')
while IFS= read -r line; do
	IFS=$'\t' read -r -d '' -a COMP_WORDS < <(printf '%s\t\0' "$line")
	[[ $line != *$'\t' ]] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	"$function" gpuplan "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
	printf '== %s\n' "$line"
	((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
done
