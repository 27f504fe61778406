# Sourced by an interactive zsh: ^T completes the line, and writes what is offered to $ANSWERS; ^G ends the answer.
# compadd is where every match goes through.
PROMPT=
fpath=($COMPLETIONS $fpath)
autoload -Uz compinit
compinit -u -D
unsetopt beep
LISTMAX=-1

compadd() {
	# These only ask what would match.
	if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
		builtin compadd "$@"
		return
	fi
	local -a matches
	builtin compadd -A matches "$@"
	print -rl -- $matches >>$ANSWERS
	builtin compadd "$@"
}

answer() {
	print -r -- '==' >>$ANSWERS
	BUFFER=
}
zle -N answer
bindkey '^T' complete-word '^G' answer
print -r -- READY >>$ANSWERS
