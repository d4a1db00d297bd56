/** For zsh: a file of the name `_bdsync-manager` in a folder of `fpath`, or read in behind `compinit`. */
export const ZSH_SCRIPT = String.raw`#compdef bdsync-manager bdsync
# zsh completion for bdsync-manager and bdsync; made by: bdsync-manager completion zsh

_bdsync-manager() {
  local -a answer values shown
  local row word
  answer=("${'$'}{(@f)$(bdsync-manager __complete zsh "${'$'}{(@Q)words[1,CURRENT-1]}" "${'$'}{(Q)PREFIX}" 2>/dev/null)}")
  # The name of an option stays; what follows is to be completed.
  if [[ -n ${'$'}{answer[2]} ]]; then compset -P '--[^=]##=' || return 1; fi
  case ${'$'}{answer[1]} in
    files) _files ;;
    folders) _files -/ ;;
    words)
      local -i found=1
      for row in "${'$'}{(@)answer[3,-1]}"; do
        word=${'$'}{row%%$'\t'*}
        values=("$word")
        shown=("${'$'}{row/$'\t'/  -- }")
        if [[ $word == --*= ]]; then
          compadd -l -S '' -d shown -a values && found=0
        else
          compadd -l -d shown -a values && found=0
        fi
      done
      return found
      ;;
    *) return 1 ;;
  esac
}

if [[ ${'$'}{funcstack[1]} == _bdsync-manager ]]; then
  _bdsync-manager "$@"
else
  compdef _bdsync-manager bdsync-manager bdsync
fi
`;
