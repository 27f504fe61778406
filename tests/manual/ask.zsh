# Sourced by an interactive zsh: completes each line of $LINES_FILE, and writes what is offered to $ANSWERS.
# ^X starts it. compadd is where every match goes through.
PROMPT=
fpath=($COMPLETIONS $fpath)
autoload -Uz compinit
compinit -u -D
unsetopt beep
zstyle ':completion:*' list-prompt ''
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

ask() {
	local line
	for line in "${(@f)$(<$LINES_FILE)}"; do
		BUFFER=$line CURSOR=$#line
		print -r -- "== $line" >>$ANSWERS
		zle complete-word
	done
	print -r -- '== END' >>$ANSWERS
	BUFFER=
}
zle -N ask
bindkey '^X' ask
print -r -- READY >>$ANSWERS
