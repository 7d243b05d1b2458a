/** `./agora bench raft` as it is typed: what it says, and what it leaves behind. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MeasuredLoad } from '../../bench/group/measure-load.ts'
import { assetPath } from '../../platform/assets.ts'
import { until } from '../until.ts'

const basePort = 26_500
const launcher = assetPath('dist/launcher/main.js')

let parentDir: string
let running: { readonly child: ChildProcess; readonly ended: Promise<number | null> } | undefined
beforeEach(() => {
  parentDir = mkdtempSync(join(tmpdir(), 'agora-bench-test-'))
  chmodSync(parentDir, 0o755)
})
afterEach(async () => {
  running?.child.kill('SIGINT')
  await running?.ended
  rmSync(parentDir, { recursive: true, force: true })
})

function startBench(flags: readonly string[], environment: Record<string, string> = {}) {
  const where = ['--base-port', String(basePort), '--parent-dir', parentDir]
  const argv = [launcher, 'bench', 'raft', '--members', '3', ...where, ...flags]
  const child = spawn(process.execPath, argv, { env: { ...process.env, ...environment } })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  running = { child, ended }
  return { child, said, ended }
}

/** Processes that were started for this test: they name its directory. */
function leftBehind(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) =>
    ['environ', 'cmdline'].some((file) => readOrEmpty(`/proc/${pid}/${file}`).includes(parentDir)),
  )
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // Gone meanwhile.
  }
}

async function expectNothingLeft(): Promise<void> {
  expect(readdirSync(parentDir)).toEqual([])
  if (existsSync('/proc/self/environ')) expect(leftBehind()).toEqual([])
}

describe('./agora bench raft', () => {
  it('measures writes and reads, and leaves nothing', async () => {
    const loads = ['--loads', 'write,read,read-follower', '--outstanding', '4']
    const times = ['--seconds', '1', '--warm-up', '3']
    const { said, ended } = startBench([...loads, ...times, '--apply', 'row', '--json'])
    expect(await ended, said.err).toBe(0)
    const report = JSON.parse(said.out) as { systems: { runs: MeasuredLoad[][] }[] }
    const measured = report.systems[0]?.runs[0] ?? []
    expect(measured.map(({ load }) => `${load.kind} ${load.at}`)).toEqual([
      'write leader',
      'read leader',
      'read follower',
    ])
    for (const { summary, cost } of measured) {
      expect(summary.errorCount).toBe(0)
      expect(summary.calls).toBeGreaterThan(20)
      expect(summary.all.p50Ms).toBeGreaterThan(0)
      expect(summary.all.p50Ms).toBeLessThan(1_000)
      expect(summary.all.p99Ms).toBeGreaterThanOrEqual(summary.all.p50Ms)
      if (existsSync('/proc/self/stat')) expect(cost.client).toBeGreaterThan(0)
    }
    await expectNothingLeft()
  })

  it('stops what it started when it is interrupted', async () => {
    const { child, said, ended } = startBench(['--seconds', '60'])
    const started = (): boolean => said.err.includes('warming up') || child.exitCode !== null
    await until(started, 60_000, 'the group runs')
    if (existsSync('/proc/self/environ')) expect(leftBehind().length).toBeGreaterThanOrEqual(6)
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    await expectNothingLeft()
  })

  it('leaves no process when it is killed without a word', async () => {
    const { child, said, ended } = startBench(['--seconds', '60'])
    const started = (): boolean => said.err.includes('warming up') || child.exitCode !== null
    await until(started, 60_000, 'the group runs')
    child.kill('SIGKILL')
    await ended
    if (!existsSync('/proc/self/environ')) return
    await until(() => leftBehind().length === 0, 30_000, 'the members have ended')
  })

  it('says how to get what it is to be measured beside, before it starts anything', async () => {
    const { said, ended } = startBench(['--beside', 'etcd'], { PATH: parentDir })
    expect(await ended).toBe(1)
    expect(said.err).toContain('apt-get install etcd-server')
    expect(said.err).not.toContain('warming up')
    await expectNothingLeft()
  })
})
