/**
 * `./agora start-server-group GROUP`: on a machine of a larger cluster, starts the members of one group whose
 * addresses are this machine's, and restarts the ones that crash. Needs the same configuration on every machine.
 */
import type { Cluster } from './environment.ts'
import { groups, type Group, planCluster } from './plan.ts'
import { isThisMachine, takenPorts } from './ports.ts'
import { waitUntilReady } from './readiness.ts'
import { Supervisor } from './supervisor.ts'

const readyTimeoutMs = 120_000

/** `seller` and `sellers` mean the same. */
export function parseGroup(name: string): Group | undefined {
  return groups.find((group) => group === name || group === `${name}s`)
}

/** Resolves with the exit code once it was told to stop. */
export async function startServerGroup(cluster: Cluster, group: Group): Promise<number> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const ofGroup = planCluster(cluster.config).filter((plan) => plan.group === group)
  const here = ofGroup.filter(({ host }) => isThisMachine(host))
  if (here.length === 0) {
    say(`None of the addresses of ${group} is this machine's:`)
    for (const { name, host, port } of ofGroup) say(`  ${name} ${host}:${port}`)
    return 2
  }
  const taken = await takenPorts(here)
  if (taken.length > 0) {
    for (const line of taken) say(line)
    return 1
  }
  cluster.directory.create()
  const stopped = new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => resolve())
  })
  let stopping = false
  const supervisor = new Supervisor({
    directory: cluster.directory,
    environment: () => cluster.environment,
    say,
    onChange: () => {},
  })
  supervisor.start(here)
  for (const { name, host, port } of here) {
    say(`${name} at ${host}:${port}, log in ${cluster.directory.logPath(name)}`)
  }
  void waitUntilReady(here, {
    timeoutMs: readyTimeoutMs,
    cancelled: () => stopping,
    onReady: ({ name }, ready, total) => say(`${name} is ready (${ready}/${total})`),
  }).then((late) => {
    for (const { plan, reason } of late) if (!stopping) say(`${plan.name} is not ready: ${reason}`)
  })
  await stopped
  stopping = true
  say('Stopping ...')
  await supervisor.stop()
  return 0
}
