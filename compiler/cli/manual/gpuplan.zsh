#compdef gpuplan
# zsh completion for gpuplan: `gpuplan complete` answers (compiler/cli/complete.h).

_gpuplan() {
	local word doc kept=${(M)PREFIX##*[=,]}
	local -a found space

	while IFS=$'\t' read -r word doc; do
		case $word in
		(:files) compset -p ${#doc}; _files; return ;;
		(:folders) compset -p ${#doc}; _files -/; return ;;
		(:specs) _files -g '*.(yaml|yml)(-.)'; return ;;
		(*=) space=(-S '') ;&
		(*) found+=("${${word#$kept}//:/\\:}:$doc") ;;
		esac
	done < <(command gpuplan complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
	compset -p ${#kept}
	_describe -t values value found $space
}

_gpuplan "$@"
