import type { Result } from '../../base/index.js';
import { err, ok } from '../../base/index.js';

/**
 * The scripts know nothing: they hand the words to `mkve completion --candidates` and offer what it prints. Its first line is
 * `:nothing`, `:files` or `:directories`, what the shell is to add; each further one is a word, a tab, and what it means.
 */
export function completionScript(shell: string): Result<string, string> {
  const script = SCRIPTS.get(shell);
  return script === undefined
    ? err(`there are completions for ${[...SCRIPTS.keys()].join(', ')}, not for '${shell}'`)
    : ok(script);
}

const PROGRAMS = 'mkve mkve-bundle mkve-cache mkve-template';

/** bash takes a word apart at `:` and `=` (COMP_WORDBREAKS) and wants what follows the last of them. */
const BASH = `# Completions of mkve for bash: source <(mkve completion bash)
_mkve() {
    local line=\${COMP_LINE:0:COMP_POINT} words=() lines=() last taken='' line_ word
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=('')
    last=\${words[\${#words[@]} - 1]}
    mapfile -t lines < <(mkve completion --candidates -- "\${words[@]}" 2>/dev/null)
    if [[ $last == *:* && $COMP_WORDBREAKS == *:* ]]; then
        taken=\${last%"\${last##*:}"}
    elif [[ $last == *=* && $COMP_WORDBREAKS == *=* ]]; then
        taken=\${last%"\${last##*=}"}
    fi
    COMPREPLY=()
    for line_ in "\${lines[@]:1}"; do
        word=\${line_%%$'\\t'*}
        [[ $word == "$last"* ]] && COMPREPLY+=("\${word#"$taken"}")
    done
    case \${lines[0]-} in
        :files)
            compopt -o filenames 2>/dev/null
            mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "\${last#"$taken"}")
            ;;
        :directories)
            compopt -o filenames 2>/dev/null
            mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "\${last#"$taken"}")
            ;;
    esac
}
complete -F _mkve ${PROGRAMS}
`;

const ZSH = `#compdef ${PROGRAMS}
# Completions of mkve for zsh: source <(mkve completion zsh)
_mkve() {
    local -a lines described
    local line word
    lines=("\${(@f)$(mkve completion --candidates -- "\${(@Q)words[1,CURRENT]}" 2>/dev/null)}")
    for line in "\${(@)lines[2,-1]}"; do
        word=\${line%%$'\\t'*}
        if [[ $line == *$'\\t'* ]]; then
            described+=("\${word//:/\\\\:}:\${line#*$'\\t'}")
        elif [[ -n $word ]]; then
            described+=("\${word//:/\\\\:}")
        fi
    done
    (( $#described )) && _describe -t mkve mkve described
    case \${lines[1]} in
        :files) _files ;;
        :directories) _files -/ ;;
    esac
}
if [[ \${funcstack[1]} == _mkve ]]; then
    _mkve "$@"
else
    compdef _mkve ${PROGRAMS}
fi
`;

const FISH = `# Completions of mkve for fish: mkve completion fish | source
function __mkve_candidates
    set -l words (commandline --cut-at-cursor --tokenize --current-process)
    set -l last (commandline --cut-at-cursor --current-token)
    set -l lines (mkve completion --candidates -- $words "$last" 2>/dev/null)
    switch "$lines[1]"
        case :files
            __fish_complete_path "$last"
        case :directories
            __fish_complete_directories "$last"
    end
    printf '%s\\n' $lines[2..-1]
end
for program in ${PROGRAMS}
    complete --command $program --no-files --arguments '(__mkve_candidates)'
end
`;

const SCRIPTS: ReadonlyMap<string, string> = new Map([
  ['bash', BASH],
  ['zsh', ZSH],
  ['fish', FISH],
]);
