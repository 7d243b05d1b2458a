/** The completion script for zsh, with compinit loaded. */

export function zshScript(table: readonly string[]): string {
  return `#compdef agora
# Completion of ./agora for zsh: source <(./agora completion zsh)
_agora_table='${table.join('\n')}'

_agora() {
  local at=/ operand=1 takes='' profile=default word current=\${words[CURRENT]} line i REPLY
  local -a fields found
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    if [[ -n $takes ]]; then
      [[ \${words[i-1]} == --profile ]] && profile=$word
      takes=''
    elif [[ $word == -* ]]; then
      _agora_takes f $word; takes=\${REPLY#-}
    elif _agora_takes c $word; then at+=$word/ operand=1
    else operand=$((operand + 1)); fi
  done
  if [[ -z $takes && $current == -* ]]; then _agora_lines f; _agora_offer flag; return; fi
  if [[ -z $takes ]]; then
    _agora_lines c
    if (( $#found )); then _agora_offer command; return; fi
    _agora_lines $operand
    (( $#found )) || _agora_lines '\\*'
    [[ -n $found[1] ]] && fields=("\${(@s:\t:)found[1]}") && takes=$fields[4]
  fi
  case $takes in
    '='*) compadd -- \${(s:|:)takes#=} ;;
    @file) _files ;;
    @folder) _files -/ ;;
    @command) at=\${at%help/}; _agora_lines c; _agora_offer command ;;
    @process) local -a logs; logs=(\${DATA_DIR:-.agora}/logs/*.log(N:t:r)); compadd -- $logs ;;
    @item|@purchase|@seller) _agora_ids \${\${at#/}%%/*} \${takes#@} ;;
  esac
}

# The lines of kind $1 for the command at $at.
_agora_lines() { found=(\${(M)\${(f)_agora_table}:#\${at}$'\\t'\${~1}$'\\t'*}) }

# What the word $2 of kind $1 takes, in REPLY; fails when there is none.
_agora_takes() {
  REPLY=''
  _agora_lines $1
  for line in $found; do
    fields=("\${(@s:\t:)line}")
    if [[ $fields[3] == $2 ]]; then REPLY=$fields[4]; return 0; fi
  done
  return 1
}

# Ids of the kind $2 that $profile of the role $1 has seen, the last one first.
_agora_ids() {
  local file=\${XDG_STATE_HOME:-$HOME/.local/state}/agora/$1-$profile.ids
  [[ -r $file ]] || return
  local -a seen
  seen=(\${(M)\${(f)"$(<$file)"}:#$2$'\\t'*})
  compadd -V seen -- \${seen#*$'\\t'}
}

# Those lines with their descriptions, as $1.
_agora_offer() {
  local -a offered
  for line in $found; do
    fields=("\${(@s:\t:)line}")
    offered+=("\${fields[3]//:/\\\\:}:$fields[5]")
  done
  _describe $1 offered
}
compdef _agora agora
`
}
