/**
 * `./agora wipe NAME`: a drill: a products member loses its disk. Its process is stopped, all its
 * data deleted, PostgreSQL's too, and it is started again, empty. Refuses what would lose more than
 * one disk's worth.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { memberId } from '../common/member.ts'
import { exitCodes } from '../platform/terminal/exit-codes.ts'
import { type GroupView, type MemberView, memberOf } from '../replication/operator/view.ts'
import { find, waitForRestart } from './drills.ts'
import type { Cluster } from './environment.ts'
import { withGroup } from './members/group.ts'
import { deleteMemberData } from './members/local.ts'
import { isAlive, supervisorIsAlive } from './orphans.ts'

const stopTimeoutMs = 15_000
const killAfterMs = 10_000
const answerTimeoutMs = 60_000

/** Resolves with the exit code; says what happened on stderr. */
export async function wipe(cluster: Cluster, name: string): Promise<number> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const { directory } = cluster
  if (supervisorIsAlive(directory) === undefined) {
    say(`No cluster runs from ${directory.path}.`)
    return exitCodes.unavailable
  }
  const before = find(directory, name)
  const id = /^products-(\d+)$/.exec(name)?.[1]
  if (before === undefined || id === undefined) {
    say(before === undefined ? `There is no process ${name} here.` : notProducts(name))
    return before === undefined ? exitCodes.notFound : exitCodes.error
  }
  const view = await withGroup(cluster, 'products', (group) => group.look())
  const obstacle = wipeObstacle(view, Number(id))
  if (obstacle !== undefined) {
    say(`${name} is not wiped: ${obstacle}`)
    return exitCodes.error
  }
  say(`Stopping ${name} and deleting all its data ...`)
  if (!(await holdDown(cluster, name))) {
    say(`${name} does not stop; nothing was deleted. ./agora restart ${name} brings it back.`)
    return exitCodes.error
  }
  await deleteMemberData(cluster, name)
  directory.unmarkDown(name)
  const code = await waitForRestart(directory, before, say)
  if (code !== exitCodes.ok) return code
  if (!(await answers(cluster, Number(id)))) {
    say(`It does not answer yet; see ${directory.logPath(name)}`)
    return exitCodes.error
  }
  say(`Its disk is empty. The group counts it in nothing until you say that it is meant:`)
  say(`  ./agora members products replace ${id}`)
  return exitCodes.ok
}

/** Its PostgreSQL is made anew, its service is up, and it has found out that it is outside. */
async function answers(cluster: Cluster, id: number): Promise<boolean> {
  return await withGroup(cluster, 'products', async (group) => {
    const giveUpAtMs = performance.now() + answerTimeoutMs
    while (performance.now() < giveUpAtMs) {
      const member = memberOf(await group.look(), memberId(id))
      if (member?.outside !== undefined) return true
      await sleep(200)
    }
    return false
  })
}

function notProducts(name: string): string {
  return (
    `${name} is not wiped: only a member of the products group can be replaced in this version; ` +
    'another one would be gone for good with its disk.'
  )
}

/** Why the group cannot spare this member's disk now; undefined: it can. Pure. */
export function wipeObstacle(view: GroupView, id: number): string | undefined {
  const voters = view.members.filter(({ role }) => role === 'voter' || role === 'leader')
  const target = voters.find((voter) => voter.id === memberId(id))
  if (view.leader === undefined) {
    return `nobody leads its group, so what the others hold is not known (${view.reason})`
  }
  if (target === undefined) return undefined
  if (voters.length === 1) {
    return 'it is the only member that votes, and its data is nowhere else'
  }
  const well = voters.filter((voter) => voter !== target && isWell(voter)).length
  const needed = Math.floor(voters.length / 2) + 1
  if (well >= needed) return undefined
  return (
    `without it ${well} of ${voters.length} members that vote would be well, and ${needed} are ` +
    'needed: bring the others back first'
  )
}

function isWell({ state }: MemberView): boolean {
  return state === 'replicate' || state === 'probe'
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
