/**
 * `./agora start-clients seller -n 3`: several prompts side by side in tmux, each with a profile, and so
 * with a session and a history, of its own. It must not know what a prompt does.
 */
import { spawn, spawnSync } from 'node:child_process'
import { assetPath } from '../platform/assets.ts'
import { processEnvironment } from '../platform/config.ts'

export type ClientsOptions = {
  readonly role: 'seller' | 'buyer'
  readonly count: number
  readonly dataDir: string
}

/** What a prompt reads, and a tmux server that runs already would give it from its own environment. */
const passedOn = [
  ...['SELLER_SERVERS', 'BUYER_SERVERS', 'CURRENCY', 'TLS_CA', 'TLS_CERT', 'TLS_KEY'],
  ...['XDG_STATE_HOME', 'NO_COLOR'],
]

/** Resolves with the exit code, once tmux is left or, where there is nobody to look at it, at once. */
export async function startClients(options: ClientsOptions): Promise<number> {
  const commands = promptCommands(options)
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  if (spawnSync('tmux', ['-V']).error !== undefined) {
    say('There is no tmux here to show several prompts at once. In a terminal each:')
    for (const profile of profiles(options)) say(`  ./agora ${options.role} --profile ${profile}`)
    return 1
  }
  if ((processEnvironment().TMUX ?? '') !== '') {
    openPanes(commands, ['new-window', '-n', `${options.role}s`])
    return 0
  }
  const session = freeSessionName(`agora-${options.role}`)
  const { columns = 200, rows = 50 } = process.stdout
  const size = ['-x', String(columns), '-y', String(rows)]
  openPanes(commands, ['new-session', '-d', '-s', session, ...size])
  if (process.stdin.isTTY && process.stdout.isTTY) return attach(session)
  say(`${options.count} prompts are open: tmux attach -t ${session}`)
  return 0
}

function profiles({ role, count }: ClientsOptions): string[] {
  return Array.from({ length: count }, (_, index) => `${role}-${index + 1}`)
}

/** A command, as words, for each pane. */
function promptCommands(options: ClientsOptions): string[][] {
  const environment = processEnvironment()
  const set = passedOn.flatMap((name) => {
    const value = environment[name]
    return value === undefined ? [] : [`${name}=${value}`]
  })
  const launcher = [process.execPath, assetPath('dist/launcher/main.js')]
  return profiles(options).map((profile) => [
    'env',
    ...set,
    ...launcher,
    options.role,
    ...['--profile', profile, '--data-dir', options.dataDir],
  ])
}

/** The first in a new place, the others beside it. */
function openPanes(commands: readonly (readonly string[])[], newPlace: readonly string[]): void {
  const [first = [], ...others] = commands
  // `#{pane_id}`, so that what follows finds the place whatever its window is called.
  const pane = tmux([...newPlace, '-P', '-F', '#{pane_id}', '--', ...first])
  for (const command of others) {
    tmux(['split-window', '-t', pane, '--', ...command])
    // Each time: else there is soon no room to split.
    tmux(['select-layout', '-t', pane, 'tiled'])
  }
  tmux(['select-pane', '-t', pane])
}

function freeSessionName(wanted: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`
    // The `=` asks for just this name, not for one that begins so.
    if (spawnSync('tmux', ['has-session', '-t', `=${name}`]).status !== 0) return name
  }
}

function attach(session: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('tmux', ['attach-session', '-t', `=${session}`], { stdio: 'inherit' })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

/** What tmux prints; throws with what it complains about. */
function tmux(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('tmux', [...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`tmux ${args[0]} failed: ${stderr.trim()}`)
  return stdout.trim()
}
