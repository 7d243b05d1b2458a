/**
 * Asks a group for one change and tells in plain words how far it is, until it is really finished.
 * It must not know processes: what has to run, runs.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../common/errors.ts'
import type { MemberId } from '../../common/member.ts'
import { exitCodes } from '../../platform/terminal/exit-codes.ts'
import { type Goal, progressOf } from '../../replication/operator/progress.ts'
import { type GroupView, memberOf } from '../../replication/operator/view.ts'
import type { GroupAction } from '../../replication/replicated-log.ts'
import type { ReachedGroup } from './group.ts'

export type ChangeOptions = {
  /** False: the change has been agreed upon, and that is enough. */
  readonly wait: boolean
  readonly timeoutMs: number
  readonly say: (line: string) => void
  /** What to do when the group does not hear the member that it is to take in. */
  readonly startItFirst: string
  /** How long that one may take until it is heard. Default: 10 s. */
  readonly startPatienceMs?: number
}

export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly exitCode: number }
  /** It may have happened, or goes on by itself. */
  | { readonly kind: 'unfinished'; readonly exitCode: number }

const askTimeoutMs = 10_000
/** A change under way, an election, a running member that has not asked: each is over by then. */
const refusalPatienceMs = 10_000
const lookEveryMs = 300
const sayCountsEveryMs = 2_000

export async function change(
  group: ReachedGroup,
  action: GroupAction,
  options: ChangeOptions,
): Promise<Outcome> {
  const { say } = options
  const goal = goalOf(action, await group.look())
  const refusal = await ask(group, action, options)
  if (refusal?.definite === true) return refused(refusal, group, action, options)
  if (refusal !== undefined)
    say(`The answer is missing (${refusal.message}); looking at the group.`)
  if (!options.wait) {
    say(refusal === undefined ? 'The group has agreed.' : 'Whether the group agreed is not known.')
    return refusal === undefined ? { kind: 'done' } : unfinished
  }
  return await follow(group, goal, options)
}

const unfinished = { kind: 'unfinished', exitCode: exitCodes.unavailable } as const

function goalOf(action: GroupAction, { leader, members }: GroupView): Goal {
  const wasLearner =
    action.kind === 'replace' &&
    members.some(({ id, role }) => id === action.id && role === 'learner')
  return { action, before: { leader, wasLearner } }
}

/** Undefined when the group agreed. What passes by itself is waited for. */
async function ask(
  group: ReachedGroup,
  action: GroupAction,
  { say, startPatienceMs = refusalPatienceMs }: ChangeOptions,
): Promise<AppError | undefined> {
  const startedAtMs = performance.now()
  for (let attempt = 1; ; attempt += 1) {
    try {
      await group.operator.administer(action, { atUnixMs: Date.now() + askTimeoutMs })
      return undefined
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (error.code !== 'MEMBERSHIP_REFUSED') return error
      const view = await group.look()
      const isAwaited = awaits(view, action)
      const patienceMs = isAwaited ? startPatienceMs : refusalPatienceMs
      if (performance.now() - startedAtMs > patienceMs) return error
      if (attempt > 1 && !isAwaited && !mayPass(view)) return error
      if (attempt === 3) say(`  not yet: ${isAwaited ? notHeardYet(patienceMs) : error.message}`)
      await sleep(lookEveryMs)
    }
  }
}

function notHeardYet(patienceMs: number): string {
  return `the group does not hear the new disk; waiting for it, ${patienceMs / 1_000} s at most`
}

function mayPass(view: GroupView): boolean {
  return view.changing || view.transferring || view.leader === undefined
}

/** The member that is to be taken in has not been heard to ask for it. */
function awaits(view: GroupView, action: GroupAction): boolean {
  const id = newcomerOf(action)
  if (id === undefined) return false
  return !view.outsiders.includes(id)
}

/** Whose empty disk an action is about. */
function newcomerOf(action: GroupAction): MemberId | undefined {
  if (action.kind === 'add') return action.member.id
  return action.kind === 'replace' ? action.id : undefined
}

async function refused(
  { code, message }: AppError,
  group: ReachedGroup,
  action: GroupAction,
  { say, startItFirst }: ChangeOptions,
): Promise<Outcome> {
  const view = await group.look()
  const isRefusal = code === 'MEMBERSHIP_REFUSED'
  say(isRefusal ? `The group refuses: ${message}` : `Nothing was changed: ${message}`)
  if (!isRefusal && !view.writable) say(view.reason)
  if (isRefusal && awaits(view, action)) say(startItFirst)
  const isDown = code === 'UNAVAILABLE' || code === 'DEADLINE_EXCEEDED'
  return { kind: 'refused', exitCode: isDown ? exitCodes.unavailable : exitCodes.error }
}

async function follow(
  group: ReachedGroup,
  goal: Goal,
  { timeoutMs, say }: ChangeOptions,
): Promise<Outcome> {
  const startedAtMs = performance.now()
  const tell = teller(say)
  for (;;) {
    const { done, words } = progressOf(goal, await group.look())
    if (done) {
      const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1)
      say(`Done after ${seconds} s: ${words}.`)
      return { kind: 'done' }
    }
    tell(words)
    if (performance.now() - startedAtMs > timeoutMs) {
      say(`Not finished after ${timeoutMs / 1_000} s: ${words}.`)
      say('The group goes on with it by itself: ./agora members products shows how far it is.')
      return unfinished
    }
    await sleep(lookEveryMs)
  }
}

/** Says what is new at once, and a number that has moved now and then. */
function teller(say: (line: string) => void): (words: string) => void {
  let kind = ''
  let said = ''
  let saidAtMs = Number.NEGATIVE_INFINITY
  return (words) => {
    const kindNow = words.replaceAll(/\d+/g, '#')
    const recently = performance.now() - saidAtMs < sayCountsEveryMs
    if (words === said || (kindNow === kind && recently)) return
    say(`  ${words}`)
    kind = kindNow
    said = words
    saidAtMs = performance.now()
  }
}

/** Whether the group has a seat for it, as far as can be seen. */
export function hasSeat(view: GroupView, id: MemberId): boolean {
  const role = memberOf(view, id)?.role
  return role !== undefined && role !== 'outsider' && role !== 'removed'
}
