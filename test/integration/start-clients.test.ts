/** ./agora start-clients, in a tmux server of its own. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assetPath } from '../../platform/assets.ts'
import { isInstalled } from '../terminal.ts'
import { until } from '../until.ts'

let folder = ''
let environment: NodeJS.ProcessEnv = {}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agora-clients-'))
  const { TMUX: _, ...inherited } = process.env
  environment = {
    ...inherited,
    TMUX_TMPDIR: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    DATA_DIR: join(folder, 'data'),
  }
})
afterEach(() => {
  spawnSync('tmux', ['kill-server'], { env: environment })
  rmSync(folder, { recursive: true, force: true })
})

const launcher = assetPath('dist/launcher/main.js')
const startClients = (...words: string[]) =>
  spawnSync(process.execPath, [launcher, 'start-clients', ...words], {
    env: environment,
    encoding: 'utf8',
  })
const tmux = (...words: string[]): string =>
  spawnSync('tmux', words, { env: environment, encoding: 'utf8' }).stdout

describe('start-clients', () => {
  it.skipIf(!isInstalled('tmux'))('opens prompts side by side, each with a profile', async () => {
    const { status, stderr } = startClients('seller', '-n', '3')
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: '3 prompts are open: tmux attach -t agora-seller\n',
    })
    const target = ['-t', 'agora-seller']
    const panes = tmux('list-panes', ...target, '-F', '#{pane_id}')
      .trim()
      .split('\n')
    expect(panes).toHaveLength(3)
    for (const pane of panes) {
      const shown = (): string => tmux('capture-pane', '-p', '-t', pane)
      await until(() => shown().includes('seller (not logged in)'), 20_000, 'a prompt')
    }
    const started = tmux('list-panes', ...target, '-F', '#{pane_start_command}')
    for (const profile of ['seller-1', 'seller-2', 'seller-3']) expect(started).toContain(profile)

    expect(startClients('seller', '-n', '1').stderr).toContain('attach -t agora-seller-2')
  })

  it('says what to type where there is no tmux', () => {
    environment.PATH = folder + delimiter
    const { status, stderr } = startClients('buyer', '-n', '2')
    expect(status).toBe(1)
    expect(stderr).toContain('./agora buyer --profile buyer-1\n  ./agora buyer --profile buyer-2')
  })
})
