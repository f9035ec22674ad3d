/** Shells that the command can complete itself in. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The hidden command that the scripts ask: `sluice complete-words -- <words>`. */
export const COMPLETER = 'complete-words';

const BASH = `# Completion of sluice for bash. In ~/.bashrc: eval "$(sluice completion bash)"
_sluice() {
  local IFS=$'\\n'
  COMPREPLY=($(sluice ${COMPLETER} -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _sluice sluice
`;

const ZSH = `#compdef sluice
# Completion of sluice for zsh. In ~/.zshrc, behind compinit: eval "$(sluice completion zsh)"
_sluice() {
  local line
  local -a values
  for line in "\${(@f)$(sluice ${COMPLETER} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#values} )); then
    _describe sluice values
  else
    _files
  fi
}
if [[ $funcstack[1] == _sluice ]]; then _sluice "$@"; else compdef _sluice sluice; fi
`;

const FISH = `# Completion of sluice for fish: sluice completion fish > ~/.config/fish/completions/sluice.fish
function __sluice_candidates
    set -l before (commandline -opc)
    set -l typed (commandline -ct)
    sluice ${COMPLETER} -- $before[2..-1] "$typed" 2>/dev/null
end
complete -c sluice -f -a '(__sluice_candidates)'
complete -c sluice -n '__fish_seen_subcommand_from serve' -l agents -r -F
`;

/** What each shell reads to complete `sluice`. */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
