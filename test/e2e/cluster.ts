/** A whole marketplace for one test file: its own ports, its own data directory, gone afterwards. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClusterDirectory, type ProcessRecord } from '../../launcher/cluster-directory.ts'
import type { ReadyReport } from '../../launcher/up.ts'
import { assetPath } from '../../platform/assets.ts'
import { until } from '../until.ts'

const launcher = assetPath('dist/launcher/main.js')
const readyTimeoutMs = 120_000

export type TestCluster = {
  readonly report: ReadyReport
  readonly directory: ClusterDirectory
  /** As cluster.json says now. */
  processes(): readonly ProcessRecord[]
  process(name: string): ProcessRecord
  signal(name: string, signal: NodeJS.Signals): void
  /** What `up` has said since it was started last. */
  said(): string
  /** Runs ./agora with these arguments against this cluster. */
  agora(args: readonly string[], options?: { input?: string }): AgoraRun
  /** The same, while this process goes on with other work. */
  agoraMeanwhile(args: readonly string[]): Promise<AgoraRun>
  /** kill -9 of the supervisor and everything it started, PostgreSQL servers too; waits until all are gone. */
  killEverything(): Promise<void>
  /** `up` again on the same data. */
  start(): Promise<void>
  stop(): Promise<void>
  /** stop() and delete all data. */
  remove(): Promise<void>
}

export type AgoraRun = { readonly status: number; readonly stdout: string; readonly stderr: string }

export type ClusterOptions = {
  readonly basePort: number
  readonly flags?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

export async function startCluster(options: ClusterOptions): Promise<TestCluster> {
  const dataDir = mkdtempSync(join(tmpdir(), 'agora-e2e-'))
  const directory = new ClusterDirectory(dataDir)
  const readyFile = join(dataDir, 'ready.json')
  const environment = {
    ...process.env,
    XDG_STATE_HOME: join(dataDir, 'sessions'),
    ...options.environment,
  }
  let supervisor: ChildProcess | undefined
  let report: ReadyReport | undefined
  let said = ''

  const start = async (): Promise<void> => {
    rmSync(readyFile, { force: true })
    const flags = [...(options.flags ?? []), '--base-port', String(options.basePort)]
    const argv = [launcher, 'up', '--data-dir', dataDir, '--ready-file', readyFile, ...flags]
    said = ''
    const child = spawn(process.execPath, argv, {
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    supervisor = child
    const giveUpAtMs = performance.now() + readyTimeoutMs
    while (!existsSync(readyFile)) {
      if (child.exitCode !== null || child.signalCode !== null || performance.now() > giveUpAtMs) {
        throw new Error(`The cluster did not come up:\n${said}`)
      }
      await pause(50)
    }
    report = JSON.parse(readFileSync(readyFile, 'utf8')) as ReadyReport
  }

  const stop = async (): Promise<void> => {
    const child = supervisor
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await gone
  }

  const processes = (): readonly ProcessRecord[] => directory.readRecord()?.processes ?? []
  const agora = (args: readonly string[], { input }: { input?: string } = {}): AgoraRun => {
    const run = spawnSync(process.execPath, [launcher, ...args], {
      env: { ...environment, DATA_DIR: dataDir },
      encoding: 'utf8',
      input: input ?? '',
      timeout: 60_000,
    })
    return { status: run.status ?? -1, stdout: run.stdout, stderr: run.stderr }
  }
  const agoraMeanwhile = (args: readonly string[]): Promise<AgoraRun> =>
    new Promise((resolve, reject) => {
      const options = { env: { ...environment, DATA_DIR: dataDir }, timeout: 90_000 }
      const child = execFile(process.execPath, [launcher, ...args], options, (_, stdout, stderr) =>
        resolve({ status: child.exitCode ?? -1, stdout, stderr }),
      )
      child.once('error', reject)
    })
  const find = (name: string): ProcessRecord => {
    const found = processes().find((one) => one.name === name)
    if (found === undefined) throw new Error(`There is no process ${name}`)
    return found
  }

  try {
    await start()
  } catch (error) {
    supervisor?.kill('SIGTERM')
    throw error
  }
  return {
    get report() {
      if (report === undefined) throw new Error('The cluster is not up')
      return report
    },
    directory,
    said: () => said,
    processes,
    process: find,
    signal: (name, signal) => {
      const { pid } = find(name)
      if (pid === undefined) throw new Error(`${name} does not run`)
      process.kill(pid, signal)
    },
    agora,
    agoraMeanwhile,
    killEverything: async () => {
      const pids = processes().flatMap(({ pid }) => (pid === undefined ? [] : [pid]))
      const all = [supervisor?.pid, ...databasePids(dataDir), ...pids]
      for (const pid of all) killHard(pid)
      await until(() => all.every((pid) => pid === undefined || !isRunning(pid)), 10_000)
    },
    start,
    stop,
    remove: async () => {
      await stop()
      const { status, stderr } = agora(['down', '--purge'])
      if (status !== 0) throw new Error(`down --purge failed: ${stderr}`)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The postmasters of a cluster, read from their pid files (which may lie behind a link). */
function databasePids(dataDir: string): number[] {
  const find = spawnSync('find', ['-L', dataDir, '-maxdepth', '4', '-name', 'postmaster.pid'], {
    encoding: 'utf8',
  })
  return find.stdout
    .split('\n')
    .filter((path) => path !== '')
    .map((path) => Number(readFileSync(path, 'utf8').split('\n')[0]))
}

function killHard(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // A zombie answers signals until it is reaped.
  const status = `/proc/${pid}/stat`
  return !existsSync(status) || !/\) Z /.test(readFileSync(status, 'utf8'))
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
