# fish completion for gpuplan: `gpuplan complete` answers (compiler/cli/complete.h).

function __gpuplan_complete
	set -l words (commandline -opc) (commandline -ct)
	for line in (command gpuplan complete $words[2..-1] 2>/dev/null)
		set -l parts (string split -m 1 \t -- $line)
		set -l name (string sub -s (math 1 + (string length -- "$parts[2]")) -- $words[-1])
		switch $parts[1]
			case ':files'
				printf '%s\n' "$parts[2]"(__fish_complete_path $name)
			case ':folders'
				printf '%s\n' "$parts[2]"(__fish_complete_directories $name '')
			case ':specs'
				__fish_complete_suffix .yaml
			case '*'
				echo $line
		end
	end
end

complete -c gpuplan -k -f -a '(__gpuplan_complete)'
