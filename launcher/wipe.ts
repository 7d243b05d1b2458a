/**
 * `./agora wipe NAME`: a drill: a member of a database group loses its disk. Its process is stopped,
 * all its data deleted, PostgreSQL's too, and it is started again, empty; one that ./agora kill holds
 * down stays down. Refuses what would lose more than one disk's worth.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type MemberId, memberId } from '../common/member.ts'
import { exitCodes } from '../platform/terminal/exit-codes.ts'
import { memberOf } from '../replication/operator/view.ts'
import { find, waitForRestart } from './drills.ts'
import type { Cluster } from './environment.ts'
import { type DatabaseGroup, reachCustomers, reachProducts, withGroup } from './members/group.ts'
import { deleteMemberData } from './members/local.ts'
import { isAlive, supervisorIsAlive } from './orphans.ts'
import { rotationWipeObstacle, wipeObstacle } from './wipe-obstacle.ts'

const stopTimeoutMs = 15_000
const killAfterMs = 10_000
const answerTimeoutMs = 60_000
const lookEveryMs = 200

type Target = { readonly name: string; readonly group: DatabaseGroup; readonly id: MemberId }

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** Resolves with the exit code; says what happened on stderr. */
export async function wipe(
  cluster: Cluster,
  name: string,
  { restart }: { /** Also one that is held down. */ readonly restart: boolean },
): Promise<number> {
  const { directory } = cluster
  if (supervisorIsAlive(directory) === undefined) {
    say(`No cluster runs from ${directory.path}; npm start starts one.`)
    return exitCodes.unavailable
  }
  const before = find(directory, name)
  const target = targetOf(name)
  if (before === undefined || target === undefined) {
    say(before === undefined ? `There is no process ${name} here.` : `${name} has no database.`)
    return before === undefined ? exitCodes.notFound : exitCodes.error
  }
  const obstacle = await obstacleTo(cluster, target)
  if (obstacle !== undefined) {
    say(`${name} is not wiped: ${obstacle}`)
    return exitCodes.error
  }
  const staysDown = directory.isMarkedDown(name) && !restart
  say(
    staysDown ? `Deleting all data of ${name} ...` : `Stopping ${name}, deleting all its data ...`,
  )
  if (!(await holdDown(cluster, name))) {
    say(`${name} does not stop; nothing was deleted. ./agora restart ${name} brings it back.`)
    return exitCodes.error
  }
  await deleteMemberData(cluster, name)
  if (staysDown) {
    say(`Its disk is empty. It stays down; ./agora restart ${name} brings it back.`)
    return exitCodes.ok
  }
  directory.unmarkDown(name)
  const code = await waitForRestart(directory, before, say)
  if (code !== exitCodes.ok) return code
  return target.group === 'products' ? awaitReplace(cluster, target) : awaitReturn(cluster, target)
}

function targetOf(name: string): Target | undefined {
  const [, group, id] = /^(customers|products)-(\d+)$/.exec(name) ?? []
  if (group !== 'customers' && group !== 'products') return undefined
  return { name, group, id: memberId(Number(id)) }
}

async function obstacleTo(cluster: Cluster, { group, id }: Target): Promise<string | undefined> {
  return group === 'products'
    ? wipeObstacle(await withGroup(reachProducts(cluster), ({ look }) => look()), id)
    : rotationWipeObstacle(await withGroup(reachCustomers(cluster), ({ look }) => look()), id)
}

/** Its PostgreSQL is made anew, its service is up, and it has found out that it is outside. */
async function awaitReplace(cluster: Cluster, { id, name }: Target): Promise<number> {
  const isOutside = await withGroup(reachProducts(cluster), ({ look }) =>
    comesAbout(async () => memberOf(await look(), id)?.outside !== undefined),
  )
  if (!isOutside) {
    say(`It does not answer yet; see ${cluster.directory.logPath(name)}`)
    return exitCodes.error
  }
  say(`Its disk is empty. The group counts it in nothing until you say that it is meant:`)
  say(`  ./agora members products replace ${id}`)
  return exitCodes.ok
}

/** It needs nobody's help: it is in the view again once it has what the others have. */
async function awaitReturn(cluster: Cluster, { id, name }: Target): Promise<number> {
  say('Its disk is empty. It fetches what the others have, and is counted in nothing until then.')
  const startedAtMs = performance.now()
  const isBack = await withGroup(reachCustomers(cluster), ({ look }) =>
    comesAbout(async () => (await look()).views[0]?.entered.includes(id) === true),
  )
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1)
  if (isBack) {
    say(`${name} is in the view again after ${seconds} s, with the rows of the others.`)
    return exitCodes.ok
  }
  say(`It is not back after ${seconds} s, and goes on by itself: ./agora members customers shows`)
  say(`how far it is; its log is ${cluster.directory.logPath(name)}`)
  return exitCodes.unavailable
}

async function comesAbout(condition: () => Promise<boolean>): Promise<boolean> {
  const giveUpAtMs = performance.now() + answerTimeoutMs
  while (performance.now() < giveUpAtMs) {
    if (await condition()) return true
    await sleep(lookEveryMs)
  }
  return false
}

/** Down, and held down. False when it does not stop. */
async function holdDown({ directory }: Cluster, name: string): Promise<boolean> {
  directory.markDown(name)
  const pid = find(directory, name)?.pid
  const startedAtMs = performance.now()
  const waitedMs = (): number => performance.now() - startedAtMs
  if (pid !== undefined) for (const signal of ['SIGTERM', 'SIGCONT'] as const) send(pid, signal)
  let killed = false
  while (find(directory, name)?.state !== 'down' || (pid !== undefined && isAlive(pid))) {
    if (waitedMs() > stopTimeoutMs) return false
    if (waitedMs() > killAfterMs && pid !== undefined && !killed) {
      killed = true
      send(pid, 'SIGKILL')
    }
    await sleep(100)
  }
  return true
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
