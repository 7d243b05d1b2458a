/**
 * A member loses its disk while clients write. It starts with an empty one, is no part of the group,
 * and is taken back in by `replace`: first it gets the data without a vote, then it votes again. The
 * status is read in Raft's words: of all drills this one belongs to groups that replace members.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { GroupStatus } from '../../../replication/replicated-log.ts'
import type { GroupMember } from '../member.ts'
import { atMost, type Bar, type Drill, figure, must, none } from './drill.ts'
import { acknowledgedPerSecond, failuresByCode, silenceWithin, type Span } from './history.ts'
import { isGettingState, type Scene, withScene } from './scene.ts'
import { pauseToMinority, untilLogForgets, type WithoutQuorum } from './wipe.ts'

const calmMs = 1_000
/** Wiped, and writes go on without it. */
const awayMs = 2_000
const askWithinMs = 30_000
const recoverWithinMs = 120_000
const pollMs = 25
/** What may still be missing when it gets its vote, and be appended between two looks. */
const closeBehindEntries = 2_000
/** As when a leader dies. */
const gapLimitMs = 2_000

/** The member as the leader sees it. */
type Seen = {
  readonly atMs: number
  readonly role: string
  /** Entries that the leader holds and the member is not known to. */
  readonly lag: number
}

type Course = {
  readonly seen: readonly Seen[]
  readonly outsideBeforeReplace: boolean
  readonly withoutQuorum: WithoutQuorum
  readonly gotState: boolean
  readonly wipedMs: number
  readonly replacedMs: number
  readonly votesMs: number
}

export const wipeReplace: Drill = {
  name: 'wipe-replace',
  about:
    'A follower is killed and its data deleted while clients write; it starts blank and is taken back in by replace.',
  run: (setting) =>
    withScene(setting, async (scene) => {
      const { history } = scene
      const logBegins = await untilLogForgets(scene)
      await sleep(calmMs, undefined, { signal: setting.signal })
      const victim = await scene.group.follower()
      const calm: Span = { fromMs: performance.now() - calmMs, toMs: performance.now() }
      const course = await wipeAndReplace(scene, victim)
      const { wipedMs, replacedMs, votesMs, seen } = course
      await scene.group.serves(victim, { timeoutMs: recoverWithinMs, signal: setting.signal })
      const whole: Span = { fromMs: wipedMs, toMs: performance.now() }
      const { withoutQuorum } = course
      const before: Span = { fromMs: wipedMs, toMs: withoutQuorum.span.fromMs }
      const after: Span = { fromMs: withoutQuorum.span.toMs, toMs: whole.toMs }
      const others = history.acknowledged.filter(({ home }) => home !== victim.address.id)
      return {
        bars: [
          must('no part of the group before replace', course.outsideBeforeReplace),
          none('writes that only the empty disk could have agreed to', withoutQuorum.acknowledged),
          ...quorumBars(seen),
          atMost(
            'write gap of clients at other members',
            Math.max(silenceWithin(others, before), silenceWithin(others, after)),
            { limit: gapLimitMs, unit: 'ms' },
          ),
        ],
        figures: [
          figure('the log began at index', logBegins, ''),
          figure('from replace to a vote', votesMs - replacedMs, 'ms'),
          {
            what: 'it got the whole state from another member',
            seen: course.gotState ? 'yes' : 'no',
          },
          figure('looks at it while it was joining', joining(seen).length, ''),
          figure('acknowledged per second before', acknowledgedPerSecond(others, calm), ''),
          figure('acknowledged per second from then on', acknowledgedPerSecond(others, after), ''),
          {
            what: 'attempts repeated meanwhile',
            seen: failuresByCode(history.failed, whole) || 'none',
          },
        ],
      }
    }),
}

async function wipeAndReplace(scene: Scene, victim: GroupMember): Promise<Course> {
  const { group, setting } = scene
  const { signal, say } = setting
  const { id } = victim.address
  const wipedMs = performance.now()
  await victim.killWithDatabase()
  await victim.wipe()
  await sleep(awayMs, undefined, { signal })
  victim.start()
  const outsideBeforeReplace = await saysThatItIsOutside(scene, victim)
  say(`member ${id} runs with an empty disk and asks to be let in`)
  // Time enough to get the state, if anybody gave it to a stranger: then it would have all it needs.
  await sleep(awayMs, undefined, { signal })
  const withoutQuorum = await pauseToMinority(scene, victim)

  const seen: Seen[] = []
  let gotState = false
  const operator = group.operator()
  try {
    const deadline = { atUnixMs: Date.now() + askWithinMs }
    const replacedMs = performance.now()
    await operator.administer({ kind: 'replace', id, address: undefined }, deadline)
    const giveUpAtMs = performance.now() + recoverWithinMs
    while (seen.at(-1)?.role !== 'voter') {
      if (performance.now() > giveUpAtMs) throw new Error(`member ${id} does not become a voter`)
      const look = await lookAt(scene, victim)
      if (look !== undefined) seen.push(look)
      gotState ||= isGettingState(await group.status(id))
      await sleep(pollMs, undefined, { signal })
    }
    const votesMs = performance.now()
    say(`member ${id} votes after ${(votesMs - replacedMs).toFixed(0)} ms`)
    return { seen, outsideBeforeReplace, withoutQuorum, gotState, wipedMs, replacedMs, votesMs }
  } finally {
    operator.close()
  }
}

/** It answers, says that it cannot serve, and the others do not count it under its new disk. */
async function saysThatItIsOutside({ group, setting }: Scene, victim: GroupMember) {
  const giveUpAtMs = performance.now() + askWithinMs
  while (performance.now() < giveUpAtMs) {
    const own = await group.status(victim.address.id)
    if (own?.protocolDetails.outside != null) return !own.writable
    await sleep(pollMs, undefined, { signal: setting.signal })
  }
  return false
}

/** Undefined when nobody leads at the moment. */
async function lookAt({ group }: Scene, victim: GroupMember): Promise<Seen | undefined> {
  const status = await group.status((await group.leader()).address.id)
  const details = status?.members.find(({ id }) => id === victim.address.id)?.details
  if (status === undefined || details === undefined) return undefined
  const matchIndex = Number(details.matchIndex ?? 0)
  const lag = lastIndexOf(status) - matchIndex
  return { atMs: performance.now(), role: String(details.role), lag }
}

function lastIndexOf({ protocolDetails }: GroupStatus): number {
  return Number(protocolDetails.lastIndex ?? Number.NaN)
}

function joining(seen: readonly Seen[]): Seen[] {
  return seen.filter(({ role }) => role === 'joining')
}

/** A vote only for who has caught up. */
function quorumBars(seen: readonly Seen[]): Bar[] {
  const firstVote = seen.find(({ role }) => role === 'voter')
  const early = seen.filter(({ role, lag }) => role === 'voter' && !(lag <= closeBehindEntries))
  return [
    none('looks that found it voting while far behind', early.length),
    must('joining before it voted', joining(seen).length > 0 && seen[0]?.role !== 'voter'),
    atMost('entries missing when it was first seen to vote', firstVote?.lag ?? Number.NaN, {
      limit: closeBehindEntries,
      unit: '',
    }),
  ]
}
