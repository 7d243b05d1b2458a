/** The completion script for bash, 3.2 or later; it needs no bash-completion package. */

export function bashScript(table: readonly string[]): string {
  return `# Completion of ./agora for bash: source <(./agora completion bash)
_agora_table='${table.join('\n')}'

# What is in the table for $1 (path), $2 (kind) and $3 (word, or nothing for all): takes, or words.
_agora_find() {
  local path kind word takes rest
  while IFS=$'\\t' read -r path kind word takes rest; do
    [[ $path == "$1" && $kind == "$2" ]] || continue
    if [[ -z $3 ]]; then printf '%s\\n' "$word"
    elif [[ $word == "$3" ]]; then printf '%s\\n' "$takes"; return; fi
  done <<<"$_agora_table"
}

# What operand number $2 of the command at $1 takes.
_agora_operand() {
  local path kind word takes rest
  while IFS=$'\\t' read -r path kind word takes rest; do
    [[ $path == "$1" && ( $kind == "$2" || $kind == '*' ) ]] && { printf '%s\\n' "$takes"; return; }
  done <<<"$_agora_table"
}

# Ids of the kind $takes that $profile has seen last, for the command at $1.
_agora_ids() {
  local kind id file="\${XDG_STATE_HOME:-$HOME/.local/state}/agora/\${1%%/*}-$profile.ids"
  [[ -r $file ]] || return
  while IFS=$'\\t' read -r kind id; do
    [[ @$kind == "$takes" && $id == "$current"* ]] && COMPREPLY+=("$id")
  done <"$file"
}

_agora() {
  local at=/ operand=1 takes='' profile=default word i current=\${COMP_WORDS[COMP_CWORD]}
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ -n $takes ]]; then
      [[ \${COMP_WORDS[i-1]} == --profile ]] && profile=$word
      takes=''
    elif [[ $word == -* ]]; then
      takes=$(_agora_find "$at" f "$word")
      [[ $takes == - ]] && takes=''
    elif [[ -n $(_agora_find "$at" c "$word") ]]; then at+=$word/ operand=1
    else operand=$((operand + 1)); fi
  done
  COMPREPLY=()
  if [[ -z $takes && $current == -* ]]; then
    COMPREPLY=($(compgen -W "$(_agora_find "$at" f)" -- "$current"))
    return
  fi
  if [[ -z $takes ]]; then
    COMPREPLY=($(compgen -W "$(_agora_find "$at" c)" -- "$current"))
    [[ \${#COMPREPLY[@]} -gt 0 ]] && return
    takes=$(_agora_operand "$at" "$operand")
  fi
  case $takes in
    '='*) takes=\${takes#=}; COMPREPLY=($(compgen -W "\${takes//|/ }" -- "$current")) ;;
    @file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")) ;;
    @folder) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$current")) ;;
    @command) at=\${at%help/}; COMPREPLY=($(compgen -W "$(_agora_find "$at" c)" -- "$current")) ;;
    @process)
      local log names=''
      for log in "\${DATA_DIR:-.agora}"/logs/*.log; do log=\${log##*/}; names+=" \${log%.log}"; done
      COMPREPLY=($(compgen -W "$names" -X '\\*' -- "$current")) ;;
    @item|@purchase|@seller) _agora_ids "\${at#/}" ;;
  esac
}
complete -F _agora agora
`
}
