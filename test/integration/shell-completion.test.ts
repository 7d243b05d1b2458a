/** ./agora completion, in the shells themselves: keys go in, and what the shell makes of them is read. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assetPath } from '../../platform/assets.ts'
import { isInstalled, openTerminal } from '../terminal.ts'

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agora-completion-'))
  for (const shell of ['bash', 'zsh', 'fish']) {
    const argv = [assetPath('dist/launcher/main.js'), 'completion', shell]
    const { status, stdout } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
    expect(status).toBe(0)
    writeFileSync(join(folder, shell), stdout)
  }
  mkdirSync(join(folder, 'data', 'logs'), { recursive: true })
  for (const name of ['products-0', 'payment']) {
    writeFileSync(join(folder, 'data', 'logs', `${name}.log`), '')
  }
  writeFileSync(join(folder, 'card.json'), '')
  mkdirSync(join(folder, 'state', 'agora'), { recursive: true })
  for (const [name, ids] of Object.entries(seen)) {
    writeFileSync(join(folder, 'state', 'agora', `${name}.ids`), ids)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the command lines have kept, per role and profile. */
const seen = {
  'buyer-default': 'item\t2-17\npurchase\tpA_b-1\nseller\t7\n',
  'buyer-x': 'item\t3-4\n',
  'seller-default': 'item\t5-6\n',
}

/** What is typed in front of Tab, and what stands there afterwards: one word fits in each. */
const cases: readonly (readonly [string, string])[] = [
  ['./agora stat', './agora status '],
  ['./agora buyer accept', './agora buyer accept-prices '],
  ['./agora buyer --profile x --json sea', './agora buyer --profile x --json search '],
  ['./agora buyer search --cond', './agora buyer search --condition '],
  ['./agora seller put x --condition n', './agora seller put x --condition new '],
  ['./agora buyer feedback 2-17 u', './agora buyer feedback 2-17 up '],
  ['./agora members products rep', './agora members products replace '],
  ['./agora help sell', './agora help seller '],
  ['./agora kill pa', './agora kill payment '],
  ['./agora buyer buy --card-file car', './agora buyer buy --card-file card.json '],
  ['./agora completion z', './agora completion zsh '],
  ['./agora buyer add ', './agora buyer add 2-17 '],
  ['./agora buyer --profile x add ', './agora buyer --profile x add 3-4 '],
  ['./agora buyer purchase p', './agora buyer purchase pA_b-1 '],
  ['./agora buyer rating ', './agora buyer rating 7 '],
  ['./agora seller price 5', './agora seller price 5-6 '],
]

/** Types each line and Tab, and has the shell itself say what its line is then: Ctrl-X, bound by `setUp`. */
async function complete(command: readonly string[], setUp: string): Promise<void> {
  const environment = {
    DATA_DIR: join(folder, 'data'),
    XDG_STATE_HOME: join(folder, 'state'),
    HISTFILE: '/dev/null',
  }
  const terminal = openTerminal(command, { environment })
  try {
    // Two words, so that the echo of what is typed is not taken for what is printed.
    writeFileSync(join(folder, 'setup'), `${setUp}\nprintf '%s%s\\n' rea dy\n`)
    terminal.type(`cd '${folder}'; source ./setup\r`)
    await terminal.see('ready')
    for (const [typed, completed] of cases) {
      terminal.type(`${typed}\t\u0018`)
      await terminal.see(`<${completed}>`)
      // Ctrl-U: the line is not run.
      terminal.type('\u0015')
    }
  } finally {
    await terminal.close()
  }
}

describe('completion in a shell', () => {
  it('bash', async () => {
    const bind = String.raw`bind -x '"\C-x": printf "<%s>\n" "$READLINE_LINE"'`
    await complete(['bash', '--norc', '--noprofile', '-i'], `${bind}\nsource ./bash`)
  })

  it.skipIf(!isInstalled('zsh'))('zsh', async () => {
    const load = 'autoload -U compinit; compinit -u -d ./dump; source ./zsh'
    const bind = `show() { print -r -- "<$BUFFER>" }; zle -N show; bindkey -r '^X'; bindkey '^X' show`
    await complete(['zsh', '-f', '-i'], `${load}\n${bind}`)
  })

  it.skipIf(!isInstalled('fish'))('fish', () => {
    // Fish has its completion answer without a terminal.
    for (const [typed, completed] of cases) {
      const script = `cd '${folder}'; source ${join(folder, 'fish')}; complete -C '${typed}'`
      const { stdout } = spawnSync('fish', ['--no-config', '-c', script], {
        encoding: 'utf8',
        env: {
          ...process.env,
          DATA_DIR: join(folder, 'data'),
          XDG_STATE_HOME: join(folder, 'state'),
          HOME: folder,
        },
      })
      const words = stdout.split('\n').flatMap((line) => line.split('\t').slice(0, 1))
      const expected = completed.trim().split(' ').at(-1)
      expect(
        words.filter((word) => word !== ''),
        typed,
      ).toEqual([expected])
    }
  })

  it('refuses a shell that it does not know', () => {
    const argv = [assetPath('dist/launcher/main.js'), 'completion', 'tcsh']
    const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
    expect(status).toBe(2)
    expect(stderr).toContain('bash, zsh, fish')
  })
})
