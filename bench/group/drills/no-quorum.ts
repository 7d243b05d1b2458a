/**
 * One member more is killed than the group can do without: of five, the third. Callers must be told
 * soon that nothing can be done and why, and be served again soon after one has come back.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { quorumOf } from '../../../common/quorum.ts'
import { atLeast, atMost, type Drill, type DrillResult, figure, must, none } from './drill.ts'
import { countByCode, type Span } from './history.ts'
import { bringBack, calmMs, kill } from './kill.ts'
import { untilListening } from './listening.ts'
import { type Scene, withScene } from './scene.ts'

type Round = {
  readonly killed: readonly number[]
  /** Still running. */
  readonly left: readonly number[]
  /** Without a quorum, and long enough before its end that everybody must have been told by then. */
  readonly span: Span
  /** Acknowledged, although begun when the last one was dead. */
  readonly acknowledged: number
  /** From when the first one back listens. */
  readonly servedAfterMs: number
  readonly startedAfterMs: number
}

/** A write or a read at a member that is left, tried once. */
type Call = {
  readonly member: number
  readonly invokedMs: number
  readonly endedMs: number
  /** Empty: it was answered, later perhaps. */
  readonly code: string
  /** Of a write. */
  readonly message: string | undefined
}

const roundsByDefault = 5
/** Without a quorum: long enough for everybody to be told. */
const awayMs = 4_000
const recoverWithinMs = 60_000
const toldLimit = { limit: 2_000, unit: 'ms' }
const servedLimit = { limit: 2_000, unit: 'ms' }
/** Of each round, or nothing is proven. */
const callsMin = 20

export const noQuorum: Drill = {
  name: 'no-quorum',
  about:
    'So many members and their PostgreSQL are killed (SIGKILL), one after another, that no quorum is left; one is started again, then the others.',
  run: (setting) =>
    withScene(setting, async (scene) => {
      const { rounds = roundsByDefault, signal, say } = setting
      const done: Round[] = []
      for (let number = 1; number <= rounds; number += 1) {
        await sleep(calmMs, undefined, { signal })
        const round = await loseQuorum(scene, number)
        done.push(round)
        say(`round ${number}: served ${round.servedAfterMs.toFixed(0)} ms after one listens`)
      }
      // What a member still owes an answer counts, too.
      await Promise.all(scene.oneShots.map((shots) => shots.stop()))
      return resultOf(scene, done)
    }),
}

async function loseQuorum(scene: Scene, number: number): Promise<Round> {
  const { group, writers, history, setting } = scene
  const { signal } = setting
  const { members } = group
  const inTurn = members.flatMap((_, place) => members[(number + 2 * place) % members.length] ?? [])
  const spare = members.length - quorumOf(members.length)
  const first = inTurn.slice(0, spare)
  const [last, ...left] = inTurn.slice(spare)
  if (last === undefined) throw new Error('a group has more members than it can spare')
  for (const victim of first) await kill(scene, victim)

  const shoot = await last.aimToKill()
  const fromMs = performance.now()
  await shoot()
  const goneMs = performance.now()
  await sleep(awayMs, undefined, { signal })
  const startedMs = performance.now()
  last.start()
  const listensMs = await untilListening(last, signal)
  await writers.acknowledgesAgain(startedMs, recoverWithinMs)
  const servedMs = performance.now()
  await group.serves(last, { timeoutMs: recoverWithinMs, signal })
  for (const member of first) await bringBack(scene, member)
  const acknowledged = history.acknowledged.filter(
    ({ invokedMs, acknowledgedMs }) => invokedMs > goneMs && acknowledgedMs < startedMs,
  )
  return {
    killed: [last, ...first].map(({ address }) => address.id),
    left: left.map(({ address }) => address.id),
    span: { fromMs, toMs: startedMs - toldLimit.limit },
    acknowledged: acknowledged.length,
    servedAfterMs: Math.max(0, servedMs - listensMs),
    startedAfterMs: listensMs - startedMs,
  }
}

/** Under way in the span, at members that are left. */
function callsIn({ oneShots, readers }: Scene, { left, span }: Round): Call[] {
  const writes = oneShots.flatMap(({ outcomes }) => outcomes)
  const reads = readers.flatMap(({ member, outcomes }) =>
    outcomes.map(({ returnedMs, ...read }): Call => {
      return { ...read, member: member.address.id, endedMs: returnedMs, message: undefined }
    }),
  )
  return [...writes, ...reads].filter(({ member, invokedMs, endedMs }) => {
    return left.includes(member) && invokedMs < span.toMs && endedMs > span.fromMs
  })
}

/** From the kill, or from its beginning. */
function waitedMs({ invokedMs, endedMs }: Call, { span }: Round): number {
  return endedMs - Math.max(invokedMs, span.fromMs)
}

/** What callers are told in the end names everybody who is missing. */
function isExplained(calls: readonly Call[], { killed, left, span }: Round): boolean {
  return left.every((id) => {
    const told = calls.filter(({ member, message, endedMs }) => {
      return member === id && Boolean(message) && endedMs < span.toMs + toldLimit.limit
    })
    const missing = (told.at(-1)?.message ?? '').replace(/^.*;/, '')
    return killed.every((one) => new RegExp(`\\b${one}\\b`).test(missing))
  })
}

function resultOf(scene: Scene, rounds: readonly Round[]): DrillResult {
  const worst = (of: (round: Round) => number): number => Math.max(...rounds.map(of))
  const judged = rounds.map((round) => ({ round, calls: callsIn(scene, round) }))
  const waits = judged.map(({ round, calls }) => calls.map((call) => waitedMs(call, round)))
  const failed = judged.flatMap(({ calls }) => calls.filter(({ code }) => code !== ''))
  const others = failed.filter(({ code }) => code !== 'UNAVAILABLE')
  const fewest = Math.min(...judged.map(({ calls }) => calls.filter(({ code }) => code).length))
  return {
    bars: [
      none(
        'writes acknowledged without a quorum',
        worst(({ acknowledged }) => acknowledged),
      ),
      atLeast('calls told at the members left, fewest of a round', fewest, {
        limit: callsMin,
        unit: '',
      }),
      atMost('until a call at a member that is left is told', Math.max(...waits.flat()), toldLimit),
      none('calls told anything but UNAVAILABLE', others.length, countByCode(others)),
      must(
        'what is told names all that are missing',
        judged.every(({ round, calls }) => isExplained(calls, round)),
      ),
      atMost(
        'served again after one is listening again, worst',
        worst(({ servedAfterMs }) => servedAfterMs),
        servedLimit,
      ),
    ],
    figures: [
      figure('rounds', rounds.length, ''),
      { what: 'told', seen: failed.findLast(({ message }) => message)?.message ?? 'nothing' },
      figure(
        'from its start until it listens, worst',
        worst(({ startedAfterMs }) => startedAfterMs),
        'ms',
      ),
    ],
  }
}
