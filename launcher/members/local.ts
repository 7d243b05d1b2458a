/**
 * The process of a member on this machine: started, moved and stopped by the cluster's supervisor,
 * which is told through the data directory. It must not know the group.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Member } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import { removePostgresData } from '../../platform/postgres/embedded.ts'
import { find } from '../drills.ts'
import { type Cluster, withProducts } from '../environment.ts'
import { isAlive, supervisorIsAlive } from '../orphans.ts'
import { planCluster } from '../plan.ts'
import { isThisMachine, takenPorts } from '../ports.ts'
import {
  readMemberChanges,
  rememberMember,
  rememberRemoval,
  restoreChange,
} from './changes-file.ts'

const startTimeoutMs = 30_000
const stopTimeoutMs = 20_000
const pollMs = 100

export function processName(id: MemberId): string {
  return `products-${id}`
}

/** Whether the cluster of this data directory can run a process at this address. */
export function runsHere({ directory }: Cluster, { host }: { readonly host: string }): boolean {
  return supervisorIsAlive(directory) !== undefined && isThisMachine(host)
}

export type LocalStart =
  /** `undo` takes it back: whatever ran there before runs again. */
  | { readonly kind: 'started'; readonly undo: () => Promise<void> }
  | { readonly kind: 'runs already' }
  | { readonly kind: 'failed'; readonly reason: string }

/**
 * Lets the supervisor run the member at this address, now and after the next `up`. Throws
 * ConfigError when the address does not go together with the others.
 */
export async function startLocalMember(cluster: Cluster, member: Member): Promise<LocalStart> {
  const { directory, config } = cluster
  const name = processName(member.id)
  const running = find(directory, name)
  if (running?.host === member.host && running.port === member.port) {
    return { kind: 'runs already' }
  }
  const others = config.productDbs.filter(({ id }) => id !== member.id)
  const planned = planCluster(withProducts(cluster, [...others, member]).config)
  const taken = await takenPorts(planned.filter((plan) => plan.name === name))
  if (taken.length > 0) return { kind: 'failed', reason: taken.join('\n') }

  const before = readMemberChanges(directory).get(member.id)
  directory.unmarkDown(name)
  rememberMember(directory, member)
  const undo = async (): Promise<void> => {
    restoreChange(directory, member.id, before)
    await gone(cluster, name, member.port)
  }
  const giveUpAtMs = performance.now() + startTimeoutMs
  while (performance.now() < giveUpAtMs) {
    const found = find(directory, name)
    if (found?.port === member.port && found.pid !== undefined) return { kind: 'started', undo }
    await sleep(pollMs)
  }
  await undo()
  return { kind: 'failed', reason: `${name} was not started; see ${directory.logPath(name)}` }
}

/** Stops the member's process for good: the next `up` does not start it either. */
export async function stopLocalMember(cluster: Cluster, id: MemberId): Promise<boolean> {
  const name = processName(id)
  const running = find(cluster.directory, name)
  rememberRemoval(cluster.directory, id)
  cluster.directory.unmarkDown(name)
  return running === undefined || (await gone(cluster, name, running.port))
}

/** False when it is still there after a while. */
async function gone({ directory }: Cluster, name: string, port: number): Promise<boolean> {
  const pid = find(directory, name)?.pid
  const giveUpAtMs = performance.now() + stopTimeoutMs
  const isThere = (): boolean =>
    find(directory, name)?.port === port || (pid !== undefined && isAlive(pid))
  while (isThere()) {
    if (performance.now() > giveUpAtMs) return false
    await sleep(pollMs)
  }
  return true
}

/** Its process must have stopped. PostgreSQL data is deleted wherever it lies. */
export async function deleteMemberData({ directory }: Cluster, name: string): Promise<void> {
  const path = join(directory.path, name)
  await removePostgresData(path)
  await rm(path, { recursive: true, force: true })
}
