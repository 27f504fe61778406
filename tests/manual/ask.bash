# Sourced by an interactive bash: ^T has readline insert all completions into the line, ^G writes the line to $ANSWERS.
PS1=
# shellcheck source=/dev/null
source "$COMPLETIONS/gpuplan.bash"
bind 'set enable-bracketed-paste off' 'set bell-style none'
answer()
{
	printf '%s\n==\n' "$READLINE_LINE" >>"$ANSWERS"
	READLINE_LINE='' READLINE_POINT=0
}
bind '"\C-t": insert-completions'
bind -x '"\C-g": answer'
echo READY >>"$ANSWERS"
