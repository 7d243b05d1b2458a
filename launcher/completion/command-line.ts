/** `./agora completion bash|zsh|fish`: from the commands that there are to a script for a shell. */
import type { Command } from 'commander'
import { commandTree, withCommand } from '../../platform/terminal/command-tree.ts'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import { completionTable } from './table.ts'
import { zshScript } from './zsh.ts'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const
type Shell = keyof typeof scripts

const setUp = `
Set it up for this terminal, in the folder of ./agora:
  bash   source <(./agora completion bash)
  zsh    autoload -U compinit && compinit; source <(./agora completion zsh)
  fish   ./agora completion fish | source
For all terminals, add the line to ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish.`

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .addArgument(program.createArgument('<shell>').choices(Object.keys(scripts)))
    .description('print a script that completes commands, flags and process names in a shell')
    .addHelpText('after', setUp)
    .action(async (shell: Shell) => {
      const { commands: seller } = await import('../../seller/cli.ts')
      const { commands: buyer } = await import('../../buyer/cli.ts')
      const outer = commandTree(program, { flagsPassDown: false })
      const tree = [seller(), buyer()].reduce(withCommand, outer)
      process.stdout.write(scripts[shell](completionTable(tree)))
    })
}
