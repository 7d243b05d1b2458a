/** What each of `./agora members products …` does: processes and group together, step by step. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { confirm } from '@inquirer/prompts'
import { formatHostPort, type HostPort, type Member } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import { ConfigError } from '../../platform/config.ts'
import { exitCodes } from '../../platform/terminal/exit-codes.ts'
import { type GroupView, type MemberView, memberOf } from '../../replication/operator/view.ts'
import { find } from '../drills.ts'
import type { Cluster } from '../environment.ts'
import { supervisorIsAlive } from '../orphans.ts'
import { type ChangeOptions, change, hasSeat, type Outcome } from './change.ts'
import { memberList } from './changes-file.ts'
import { type ReachedGroup, reachProducts, withGroup } from './group.ts'
import {
  deleteMemberData,
  type LocalStart,
  processName,
  runsHere,
  startLocalMember,
  stopLocalMember,
} from './local.ts'

export type WaitOptions = Pick<ChangeOptions, 'wait' | 'timeoutMs'>

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** Each resolves with the exit code. */
export function addMember(
  cluster: Cluster,
  member: Member,
  { learner, ...waiting }: WaitOptions & { readonly learner: boolean },
): Promise<number> {
  return withGroup(reachProducts(cluster), async (group) => {
    const { id } = member
    const seat = memberOf(await group.look(), id)
    if (seat !== undefined && hasSeat(await group.look(), id)) {
      say(`Member ${id} belongs to the group already: it is a ${seat.role} at ${seat.address}.`)
      say(`A member that has lost its disk comes back with ./agora members products replace ${id}`)
      return exitCodes.conflict
    }
    const start = await startThere(cluster, group, member)
    if (start.kind === 'failed') return failed(start)
    const startItFirst =
      `Member ${id} at ${formatHostPort(member)} does not ask for the group: see its log. ` +
      'It needs PRODUCT_DBS with itself and the others, and the cluster’s CLUSTER_SECRET.'
    const action = { kind: 'add', member, learner } as const
    const startPatienceMs = patienceMs(start)
    const outcome = await change(group, action, { ...waiting, say, startItFirst, startPatienceMs })
    if (outcome.kind === 'refused' && start.kind === 'started') {
      await start.undo()
      say(`${processName(id)} was stopped again.`)
    }
    if (outcome.kind === 'done') say(useIt)
    return codeOf(outcome)
  })
}

export function promoteMember(
  cluster: Cluster,
  id: MemberId,
  waiting: WaitOptions,
): Promise<number> {
  return withGroup(reachProducts(cluster), async (group) => {
    if (!(await isMember(group, id))) return exitCodes.notFound
    return codeOf(await change(group, { kind: 'promote', id }, { ...waiting, say, startItFirst }))
  })
}

export function removeMember(
  cluster: Cluster,
  id: MemberId,
  { purge, ...waiting }: WaitOptions & { readonly purge: boolean },
): Promise<number> {
  return withGroup(reachProducts(cluster), async (group) => {
    const view = await group.look()
    const member = memberOf(view, id)
    const isKnown = member !== undefined && (member.role !== 'removed' || member.address !== '')
    if (!isKnown) return noSuchMember(id)
    if (hasSeat(view, id) || view.leader === undefined) {
      const outcome = await change(group, { kind: 'remove', id }, { ...waiting, say, startItFirst })
      if (outcome.kind !== 'done') return codeOf(outcome)
    } else say(`Member ${id} is not part of the group.`)
    return await stopRemoved(cluster, id, purge)
  })
}

export function replaceMember(
  cluster: Cluster,
  id: MemberId,
  { address, ...waiting }: WaitOptions & { readonly address: HostPort | undefined },
): Promise<number> {
  return withGroup(reachProducts(cluster), async (group) => {
    const view = await group.look()
    const member = memberOf(view, id)
    if (member === undefined || !(await isMember(group, id))) return noSuchMember(id)
    if (address === undefined && isWell(view, member)) {
      say(`Member ${id} is well: it has its disk, and the data. There is nothing to replace.`)
      say(`How a lost disk is replaced can be tried with ./agora restart ${processName(id)} --wipe`)
      return exitCodes.error
    }
    const start =
      address === undefined ? undefined : await startThere(cluster, group, { id, ...address })
    if (start?.kind === 'failed') return failed(start)
    const where = address === undefined ? member.address : formatHostPort(address)
    const outcome = await change(
      group,
      { kind: 'replace', id, address },
      {
        ...{ ...waiting, say, startItFirst: replaceHint(cluster, id, where) },
        startPatienceMs: patienceMs(start),
      },
    )
    if (outcome.kind === 'refused' && start?.kind === 'started') {
      await start.undo()
      say(`${processName(id)} runs where it was.`)
    }
    if (outcome.kind === 'done' && address !== undefined) say(useIt)
    return codeOf(outcome)
  })
}

export function transferLeadership(
  cluster: Cluster,
  to: MemberId | undefined,
  waiting: WaitOptions,
): Promise<number> {
  return withGroup(reachProducts(cluster), async (group) => {
    if (to !== undefined && !(await isMember(group, to))) return exitCodes.notFound
    const { leader } = await group.look()
    if (to !== undefined && leader === to) {
      say(`Member ${to} leads already.`)
      return exitCodes.ok
    }
    return codeOf(await change(group, { kind: 'transfer', to }, { ...waiting, say, startItFirst }))
  })
}

/** It runs with the disk that the group knows, and nobody else asks in its name. */
function isWell({ outsiders }: GroupView, member: MemberView): boolean {
  const { id, role, state, outside, problem } = member
  const answers = outside === undefined && problem === ''
  const heard = role === 'leader' || state === 'replicate' || state === 'probe'
  return answers && heard && !outsiders.includes(id)
}

/** Never said: these actions take nobody in. */
const startItFirst = ''

const useIt =
  'Servers call the members that PRODUCT_DBS named when they started. To let them call this one,\n' +
  'too: change the list (a cluster of ./agora up has done so) and restart them one by one.'

/** A new process first makes a PostgreSQL cluster: seconds, on a busy machine many of them. */
function patienceMs(start: LocalStart | undefined): number {
  return start?.kind === 'started' ? 60_000 : 10_000
}

function codeOf(outcome: Outcome): number {
  return outcome.kind === 'done' ? exitCodes.ok : outcome.exitCode
}

function failed({ reason }: { readonly reason: string }): number {
  say(reason)
  return exitCodes.error
}

function noSuchMember(id: MemberId): number {
  say(`There is no member ${id}; ./agora members products shows who there is.`)
  return exitCodes.notFound
}

/** Says so when it is not. Without a leader nobody knows, and the group itself will say. */
async function isMember(group: ReachedGroup, id: MemberId): Promise<boolean> {
  const view = await group.look()
  if (view.leader === undefined || hasSeat(view, id)) return true
  noSuchMember(id)
  return false
}

/** Makes sure that the member runs at its address: starts it where we can, else asks for it. */
async function startThere(
  cluster: Cluster,
  group: ReachedGroup,
  member: Member,
): Promise<LocalStart> {
  const name = processName(member.id)
  group.operator.alsoAsk(member)
  const answers = await group.operator.look()
  const there = answers.find(({ host, port }) => host === member.host && port === member.port)
  if (there?.report?.self === member.id) return { kind: 'runs already' }
  if (!runsHere(cluster, member)) {
    return { kind: 'failed', reason: whatToStart(cluster, member, there?.problem ?? '') }
  }
  try {
    const start = await startLocalMember(cluster, member)
    if (start.kind === 'started') {
      say(`${name} is started; its log is ${cluster.directory.logPath(name)}`)
    }
    return start
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { kind: 'failed', reason: error.message }
  }
}

function whatToStart({ config }: Cluster, member: Member, problem: string): string {
  const others = config.productDbs.filter(({ id }) => id !== member.id)
  const list = memberList([...others, member].sort((a, b) => a.id - b.id))
  return [
    `Nothing runs at ${formatHostPort(member)}${problem === '' ? '' : ` (${problem})`}.`,
    `Start member ${member.id} on its machine, with an empty data directory and the cluster’s`,
    'settings, and then give this command again:',
    `  PRODUCT_DBS=${list} \\`,
    '    CLUSTER_SECRET=… ./agora start-server-group products',
  ].join('\n')
}

function replaceHint(cluster: Cluster, id: MemberId, where: string): string {
  const name = processName(id)
  const isHere = supervisorIsAlive(cluster.directory) !== undefined
  const how = isHere
    ? `./agora restart ${name} --wipe`
    : `start it at ${where} with an empty data directory`
  return `With an empty disk, member ${id} has to run first: ${how}`
}

async function stopRemoved(cluster: Cluster, id: MemberId, purge: boolean): Promise<number> {
  const name = processName(id)
  const { directory, config } = cluster
  const path = join(directory.path, name)
  const isOurs = supervisorIsAlive(directory) !== undefined && find(directory, name) !== undefined
  if (isOurs) {
    if (!(await stopLocalMember(cluster, id))) {
      say(`${name} does not stop; its data is kept. See ${directory.logPath(name)}`)
      return exitCodes.error
    }
    say(`${name} is stopped.`)
  } else {
    const rest = config.productDbs.filter((member) => member.id !== id)
    say(`Stop ${name} where it runs. From now on PRODUCT_DBS=${memberList(rest)}`)
  }
  if (!isOurs || !existsSync(path)) return exitCodes.ok
  if (purge || (await agreesToDelete(path))) {
    await deleteMemberData(cluster, name)
    say(`Its data is deleted: ${path}`)
  } else say(`Its data is kept: ${path}`)
  return exitCodes.ok
}

async function agreesToDelete(path: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false
  return await confirm(
    { message: `Delete its data in ${path}?`, default: false },
    { output: process.stderr },
  )
}
