/** The completion script for fish, 3.0 or later. */

export function fishScript(table: readonly string[]): string {
  return `# Completion of ./agora for fish: ./agora completion fish | source
set -g __agora_table \\
${table.map((line) => `    '${line}'`).join(' \\\n')}

# The lines of kind $argv[2] for the command at $argv[1]: word, takes, description.
function __agora_lines
    for line in $__agora_table
        set -l fields (string split \\t -- $line)
        test "$fields[1]" = "$argv[1]"; and test "$fields[2]" = "$argv[2]"
        and string join \\t -- $fields[3..5]
    end
end

# Those lines as candidates with their descriptions.
function __agora_offer
    for line in (__agora_lines $argv)
        set -l fields (string split \\t -- $line)
        printf '%s\\t%s\\n' $fields[1] $fields[3]
    end
end

# What the word $argv[3] of kind $argv[2] at $argv[1] takes; nothing when there is no such word.
function __agora_takes
    for line in (__agora_lines $argv[1] $argv[2])
        set -l fields (string split \\t -- $line)
        test "$fields[1]" = "$argv[3]"; and echo $fields[2]; and return 0
    end
    return 1
end

function __agora_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l at /
    set -l operand 1
    set -l takes ''
    set -l profile default
    set -l before ''
    for word in $words[2..-1]
        if test -n "$takes"
            test "$before" = --profile; and set profile $word
            set takes ''
        else if string match -q -- '-*' $word
            set takes (__agora_takes $at f $word)
            test "$takes" = -; and set takes ''
        else if __agora_takes $at c $word >/dev/null
            set at $at$word/
            set operand 1
        else
            set operand (math $operand + 1)
        end
        set before $word
    end
    if test -z "$takes"
        if string match -q -- '-*' $current
            __agora_offer $at f
            return
        end
        set -l commands (__agora_offer $at c)
        if test (count $commands) -gt 0
            printf '%s\\n' $commands
            return
        end
        set -l lines (__agora_lines $at $operand) (__agora_lines $at '*')
        test (count $lines) -gt 0; and set takes (string split \\t -- $lines[1])[2]
    end
    switch "$takes"
        case '=*'
            string sub -s 2 -- $takes | string split '|'
        case @file
            __fish_complete_path $current
        case @folder
            __fish_complete_directories $current
        case @command
            __agora_offer (string replace -r 'help/$' '' -- $at) c
        case @process
            set -l folder .agora
            set -q DATA_DIR; and set folder $DATA_DIR
            for log in $folder/logs/*.log
                string replace -r '.*/(.*)\\.log$' '$1' -- $log
            end
        case @item @purchase @seller
            set -l state $HOME/.local/state
            set -q XDG_STATE_HOME; and set state $XDG_STATE_HOME
            set -l file $state/agora/(string split / -- $at)[2]-$profile.ids
            test -r $file; and string replace -rf (string sub -s 2 -- $takes)'\\t' '' <$file
    end
end
complete -c agora -f -a '(__agora_complete)'
`
}
