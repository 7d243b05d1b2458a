/**
 * Starts processes and keeps them running: one that dies is started again with backoff, whoever
 * killed it, unless a drill holds it down. It must not know what the processes are for.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { processEnvironment } from '../platform/config.ts'
import type { ClusterDirectory, ProcessRecord, ProcessState } from './cluster-directory.ts'
import type { PlannedProcess } from './plan.ts'

const backoffFirstMs = 200
const backoffMostMs = 5_000
/** Having run so long, the next crash starts the backoff anew. */
const healthyAfterMs = 10_000
const drillPollMs = 250
const stopPatienceMs = 8_000

type Supervised = {
  readonly plan: PlannedProcess
  child: ChildProcess | undefined
  state: ProcessState
  restarts: number
  startedAtMs: number
  backoffMs: number
  timer: NodeJS.Timeout | undefined
  /** No longer planned: its end is no news. */
  isDismissed: boolean
}

export type SupervisorOptions = {
  readonly directory: ClusterDirectory
  /** Asked at every start: the addresses of a cluster may change while it runs. */
  readonly environment: () => Readonly<Record<string, string>>
  /** One sentence for the person at the terminal. */
  readonly say: (line: string) => void
  /** Called whenever a process starts, dies or is held down. */
  readonly onChange: (processes: readonly ProcessRecord[]) => void
}

export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #processes = new Map<string, Supervised>()
  readonly #drillTimer: NodeJS.Timeout
  #stopping = false

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#drillTimer = setInterval(() => this.#liftDrills(), drillPollMs)
  }

  start(plans: readonly PlannedProcess[]): void {
    for (const plan of plans) {
      const supervised: Supervised = {
        plan,
        child: undefined,
        state: 'starting',
        restarts: 0,
        startedAtMs: 0,
        backoffMs: backoffFirstMs,
        timer: undefined,
        isDismissed: false,
      }
      this.#processes.set(plan.name, supervised)
      if (this.#options.directory.isMarkedDown(plan.name)) supervised.state = 'down'
      else this.#spawn(supervised)
    }
    this.#changed()
  }

  /**
   * From now on these processes and no others: new ones are started, those that are not among them
   * are stopped for good, those that have moved to another address are started anew. Resolves when
   * what had to stop has stopped.
   */
  async replan(plans: readonly PlannedProcess[]): Promise<void> {
    const gone = [...this.#processes.values()].filter(
      ({ plan }) => !plans.some((wanted) => isSame(wanted, plan)),
    )
    for (const supervised of gone) {
      this.#processes.delete(supervised.plan.name)
      supervised.isDismissed = true
      clearTimeout(supervised.timer)
    }
    await Promise.all(gone.map(stopOne))
    if (this.#stopping) return
    this.start(plans.filter(({ name }) => !this.#processes.has(name)))
  }

  processes(): ProcessRecord[] {
    return [...this.#processes.values()].map(({ plan, child, state, restarts }) => ({
      name: plan.name,
      group: plan.group,
      host: plan.host,
      port: plan.port,
      pid: child?.pid,
      state,
      restarts,
    }))
  }

  /** SIGTERM to all, in the reverse order of their start, group by group; SIGKILL to what stays. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearInterval(this.#drillTimer)
    const byGroup = new Map<string, Supervised[]>()
    for (const supervised of this.#processes.values()) {
      clearTimeout(supervised.timer)
      const group = byGroup.get(supervised.plan.group) ?? []
      group.push(supervised)
      byGroup.set(supervised.plan.group, group)
    }
    // Servers first, so that none of them meets a database that has gone.
    const databases = ['customers', 'products']
    const order = [...byGroup.keys()].sort(
      (a, b) => Number(databases.includes(a)) - Number(databases.includes(b)),
    )
    const servers = order.filter((group) => !databases.includes(group))
    const rest = order.filter((group) => databases.includes(group))
    for (const stage of [servers, rest]) {
      await Promise.all(stage.flatMap((group) => (byGroup.get(group) ?? []).map(stopOne)))
    }
    this.#changed()
  }

  #spawn(supervised: Supervised): void {
    const { plan } = supervised
    const log = openSync(this.#options.directory.logPath(plan.name), 'a')
    const child = spawn(process.execPath, ['--enable-source-maps', ...plan.argv], {
      env: { ...processEnvironment(), ...this.#options.environment() },
      stdio: ['ignore', log, log],
      // Ctrl-C at the terminal reaches the supervisor alone, which stops the others in order.
      detached: true,
    })
    closeSync(log)
    supervised.child = child
    supervised.startedAtMs = performance.now()
    supervised.state = 'running'
    child.once('error', (error) => this.#died(supervised, child, error.message))
    child.once('exit', (code, signal) =>
      this.#died(supervised, child, signal === null ? `exit code ${code}` : signal),
    )
  }

  #died(supervised: Supervised, child: ChildProcess, how: string): void {
    if (supervised.child !== child) return
    const { plan } = supervised
    supervised.child = undefined
    if (this.#stopping || supervised.isDismissed) {
      supervised.state = 'stopped'
      return
    }
    if (this.#options.directory.isMarkedDown(plan.name)) {
      supervised.state = 'down'
      this.#options.say(
        `${plan.name} is down (${how}); ./agora restart ${plan.name} brings it back`,
      )
      this.#changed()
      return
    }
    if (performance.now() - supervised.startedAtMs > healthyAfterMs) {
      supervised.backoffMs = backoffFirstMs
    }
    const delayMs = supervised.backoffMs
    supervised.backoffMs = Math.min(backoffMostMs, delayMs * 2)
    supervised.state = 'restarting'
    supervised.restarts += 1
    this.#options.say(`${plan.name} died (${how}); starting it again in ${delayMs} ms`)
    supervised.timer = setTimeout(() => {
      if (this.#options.directory.isMarkedDown(plan.name)) supervised.state = 'down'
      else this.#spawn(supervised)
      this.#changed()
    }, delayMs)
    this.#changed()
  }

  #liftDrills(): void {
    for (const supervised of this.#processes.values()) {
      if (supervised.state !== 'down') continue
      if (this.#options.directory.isMarkedDown(supervised.plan.name)) continue
      this.#options.say(`${supervised.plan.name} starts again`)
      this.#spawn(supervised)
      this.#changed()
    }
  }

  #changed(): void {
    this.#options.onChange(this.processes())
  }
}

function isSame(a: PlannedProcess, b: PlannedProcess): boolean {
  return a.name === b.name && a.host === b.host && a.port === b.port
}

function stopOne(supervised: Supervised): Promise<void> {
  const { child } = supervised
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve()
  }
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), stopPatienceMs)
    child.once('exit', () => {
      clearTimeout(force)
      resolve()
    })
    child.kill('SIGTERM')
    // A paused process does not see SIGTERM until it goes on.
    child.kill('SIGCONT')
  })
}
