import { Command, Option } from 'commander'
import { describe, expect, it } from 'vitest'
import { commandTree } from './command-tree.ts'
import { completeWords } from './complete-words.ts'

const program = new Command('shop').option('--json', 'as JSON')
program.helpCommand('help [command]', 'say more')
program
  .command('search [keywords...]')
  .addOption(new Option('--condition <c>').choices(['new', 'used']))
  .option('--card-file <file>', 'a card')
program.command('add <item> [units]')
const group = program.command('members')
group.command('products').command('promote <id>')
const tree = commandTree(program, { flagsPassDown: true })

const seen: Record<string, string[]> = { item: ['2-17', '2-3', '4-1'], file: ['card.json'] }

function complete(line: string): string[] {
  const words = line.split(' ')
  const partial = words.pop() ?? ''
  return completeWords(tree, { before: words, partial }, (name) => seen[name] ?? [])
}

describe('completeWords', () => {
  it.each([
    ['', ['search', 'add', 'members', 'help']],
    ['a', ['add']],
    ['add ', ['2-17', '2-3', '4-1']],
    ['add 2-', ['2-17', '2-3']],
    ['add 2-17 ', []],
    ['search --c', ['--condition', '--card-file']],
    ['search red --condition ', ['new', 'used']],
    ['search --condition new --c', ['--card-file']],
    ['search --card-file ', ['card.json']],
    ['search --js', ['--json']],
    ['--json add 4', ['4-1']],
    ['help me', ['members']],
    ['members products ', ['promote', 'help']],
    ['nonsense ', ['search', 'add', 'members', 'help']],
  ])('%j', (line, expected) => {
    expect(complete(line)).toEqual(expected)
  })
})
