/**
 * `./agora up`: checks ports, starts everything in order, waits until it is really ready, says where
 * it is and what to try next, and keeps it running until Ctrl-C.
 */
import { writeWhole, type ProcessRecord } from './cluster-directory.ts'
import { type Cluster, recordableEnvironment } from './environment.ts'
import { followMemberChanges } from './members/follow-changes.ts'
import { stopOrphans, supervisorIsAlive } from './orphans.ts'
import { watchObstacles } from './obstacles.ts'
import { type PlannedProcess, planCluster, serverUrls } from './plan.ts'
import { takenPorts } from './ports.ts'
import { waitUntilReady } from './readiness.ts'
import { Supervisor } from './supervisor.ts'

/** The shape of `--ready-file` and of `--json`. */
export type ReadyReport = {
  readonly sellers: readonly string[]
  readonly buyers: readonly string[]
  readonly payment: string
  readonly customers: readonly string[]
  readonly products: readonly string[]
  readonly processes: readonly { name: string; pid: number; port: number }[]
  readonly dataDir: string
}

export type UpOptions = {
  readonly json: boolean
  readonly readyFile: string | undefined
  readonly readyTimeoutMs: number
  /** Runs once everything is ready, before it is announced. */
  readonly beforeReady?: (report: ReadyReport) => Promise<void>
}

/** Resolves with the exit code once everything has stopped again. */
export async function up(cluster: Cluster, options: UpOptions): Promise<number> {
  const { directory } = cluster
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const plans = planCluster(cluster.config)

  const running = supervisorIsAlive(directory)
  if (running !== undefined) {
    say(
      `A cluster already runs from ${directory.path} (process ${running}): ./agora down stops it.`,
    )
    return 1
  }
  directory.create()
  const orphans = await stopOrphans(directory)
  if (orphans.length > 0) say(`Stopped what an earlier run had left: ${orphans.join(', ')}`)
  const taken = await takenPorts(plans)
  if (taken.length > 0) {
    for (const line of taken) say(line)
    say('Nothing was started. Free the ports, or choose others with --base-port.')
    return 1
  }

  const stop = stopSignal()
  const startedAtMs = performance.now()
  let current = cluster
  const supervisor = new Supervisor({
    directory,
    environment: () => current.environment,
    say,
    onChange: (processes) =>
      directory.writeRecord({
        supervisorPid: process.pid,
        startedAtUnixMs: Date.now(),
        environment: recordableEnvironment(current.environment),
        processes,
      }),
  })
  supervisor.start(plans)
  say(`Starting ${plans.length} processes; data and logs are in ${directory.path}`)
  const following = followMemberChanges(cluster, say, async (changed) => {
    current = changed
    await supervisor.replan(planCluster(changed.config))
  })
  const ready = bringUp(cluster, plans, supervisor, options, say, stop, startedAtMs)
  const failed = await Promise.race([ready, stop.promise.then(() => undefined)])
  if (failed === undefined || !failed) await stop.promise
  const code = failed === true ? 1 : 0
  say('Stopping ...')
  await following.stop()
  await supervisor.stop()
  say('Everything has stopped. All data is kept.')
  return code
}

/** Resolves with true when the cluster could not be brought up. */
async function bringUp(
  cluster: Cluster,
  plans: readonly PlannedProcess[],
  supervisor: Supervisor,
  options: UpOptions,
  say: (line: string) => void,
  stop: StopSignal,
  startedAtMs: number,
): Promise<boolean> {
  const expected = plans.filter(({ name }) => !cluster.directory.isMarkedDown(name))
  for (const { name } of plans.filter((plan) => !expected.includes(plan))) {
    say(`${name} stays down, as ./agora kill left it; ./agora restart ${name} brings it back`)
  }
  const obstacles = watchObstacles(cluster, say)
  const late = await waitUntilReady(expected, {
    timeoutMs: options.readyTimeoutMs,
    hopeless: ({ name }) => obstacles.outsideReason(name),
    cancelled: () => stop.received,
    onReady: (plan, ready, total) => {
      if (process.stderr.isTTY)
        process.stderr.write(`\r\u001b[K${ready}/${total} ready (${plan.name})`)
      else if (ready === total || ready % 5 === 0) say(`${ready}/${total} ready`)
    },
  })
  obstacles.stop()
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  if (stop.received) return false
  for (const { plan, reason, hopeless } of late) {
    if (hopeless) say(`${plan.name} runs, and is not part of its group. ${reason}`)
    else say(`${plan.name} is not ready: ${reason}; see ${cluster.directory.logPath(plan.name)}`)
  }
  if (late.some(({ hopeless }) => !hopeless)) return true
  const report = describeReady(cluster, supervisor.processes())
  await options.beforeReady?.(report)
  if (options.readyFile !== undefined) {
    writeWhole(options.readyFile, `${JSON.stringify(report, undefined, 2)}\n`)
  }
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  announce(report, performance.now() - startedAtMs, say)
  return false
}

export function describeReady(cluster: Cluster, processes: readonly ProcessRecord[]): ReadyReport {
  const { config, directory } = cluster
  const addresses = (members: readonly { host: string; port: number }[]): string[] =>
    members.map(({ host, port }) => `${host}:${port}`)
  return {
    ...serverUrls(config),
    payment: config.paymentUrl,
    customers: addresses(config.customerDbs),
    products: addresses(config.productDbs),
    processes: processes.flatMap(({ name, pid, port }) =>
      pid === undefined ? [] : [{ name, pid, port }],
    ),
    dataDir: directory.path,
  }
}

function announce(report: ReadyReport, tookMs: number, say: (line: string) => void): void {
  const databases = report.customers.length + report.products.length
  say('')
  say(
    `Agora is ready after ${(tookMs / 1000).toFixed(1)} s: ` +
      `${report.processes.length} processes, ${databases} databases`,
  )
  say(`  sellers    ${together(report.sellers)}   (/docs: the REST API)`)
  say(`  buyers     ${together(report.buyers)}   (/docs)`)
  say(`  payment    ${report.payment}   (SOAP)`)
  say('')
  say('Try, in another terminal:')
  say('  ./agora seed                  a few sellers and some hundred items')
  say('  ./agora buyer                 create an account, search, buy')
  say('  ./agora seller                put something up for sale')
  say('  ./agora status                who is up, who leads, whose turn it is')
  say('  ./agora kill products-0       a drill; go on shopping')
  say('  ./agora restart products-0    bring it back')
  say('  ./agora members products      who belongs to the group; add, replace, remove')
  say('')
  say('Ctrl-C stops everything; the next start keeps all data.')
}

/** `http://127.0.0.1:5000 :5005`: what several have in common is said once. */
export function together(urls: readonly string[]): string {
  const common = urls[0]?.replace(/:\d+$/, '') ?? ''
  return urls
    .map((url, index) =>
      index > 0 && url.startsWith(`${common}:`) ? url.slice(common.length) : url,
    )
    .join(' ')
}

type StopSignal = { readonly promise: Promise<void>; readonly received: boolean }

/** SIGINT, SIGTERM or SIGHUP. A second SIGINT changes nothing: stopping takes seconds at most. */
function stopSignal(): StopSignal {
  const signal = { received: false, promise: Promise.resolve() }
  signal.promise = new Promise((resolve) => {
    const received = (): void => {
      signal.received = true
      resolve()
    }
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, received)
  })
  return signal
}
