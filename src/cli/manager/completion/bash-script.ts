/**
 * For bash 4.4 and newer. Where readline is to complete file names, bash is told so: it knows best how they are quoted.
 * `$2` is what readline will put a candidate in place of; behind an open quote or a `=`, it is a part of the word.
 */
export const BASH_SCRIPT = String.raw`# bash completion for bdsync-manager and bdsync; made by: bdsync-manager completion bash

_bdsync_manager() {
  local -a answer
  mapfile -t answer < <(bdsync-manager __complete bash "$1" "${'$'}{COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
  COMPREPLY=()
  case ${'$'}{answer[0]-} in
    files) compopt -o default ;;
    folders) compopt -o dirnames ;;
    words)
      COMPREPLY=("${'$'}{answer[@]:1}")
      # What ends like this is followed by a value in the same word.
      if [[ ${'$'}{#COMPREPLY[@]} -eq 1 && ${'$'}{COMPREPLY[0]} == --*= ]]; then compopt -o nospace; fi
      ;;
  esac
}
complete -F _bdsync_manager bdsync-manager bdsync
`;
