# shellcheck shell=bash
# bash completion for gpuplan: `gpuplan complete` answers (compiler/cli/complete.h).

_gpuplan()
{
	local i word kept
	local -a words=()

	# bash breaks words at `=` and `:` too: `--rule NAME=off` comes as four.
	for ((i = 1; i <= COMP_CWORD; i++)); do
		if ((i > 1)) && [[ ${COMP_WORDS[i]} =~ ^[=:]+$ || ${COMP_WORDS[i - 1]} =~ ^[=:]+$ ]]; then
			words[-1]+=${COMP_WORDS[i]}
		else
			words+=("${COMP_WORDS[i]}")
		fi
	done
	words=("${words[@]//[\"\'\\]/}")
	# Only what stands behind the last break, $2, is replaced.
	kept=${words[-1]%"${2//[\"\'\\]/}"}

	COMPREPLY=()
	while IFS=$'\t' read -r word _; do
		case $word in
		:files) compopt -o default ;;
		:folders) compopt -o dirnames ;;
		:specs)
			compopt -o filenames -o plusdirs
			mapfile -t COMPREPLY < <(compgen -f -X '!*.yaml' -- "$2"; compgen -f -X '!*.yml' -- "$2")
			;;
		"${words[-1]}"*)
			[[ $word != *= ]] || compopt -o nospace
			COMPREPLY+=("${word#"$kept"}")
			;;
		esac
	done < <(command gpuplan complete "${words[@]}" 2>/dev/null)
}

complete -F _gpuplan gpuplan
