/**
 * One member is killed with its PostgreSQL while clients write, and started again later: how long
 * clients went without an acknowledgement, at the kill and at the return.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { GroupMember } from '../member.ts'
import { median } from '../report.ts'
import { type Figure, figure } from './drill.ts'
import { longestCall, longestSilence, type Span } from './history.ts'
import { longestRead } from './readers.ts'
import type { Scene } from './scene.ts'

/** Milliseconds, most without an acknowledgement. */
export type Kill = {
  /** In a while of the same length before. */
  readonly undisturbedMs: number
  readonly allMs: number
  /** As those see it who write at members that run. */
  readonly othersMs: number
  readonly othersLongestCallMs: number
  readonly othersLongestReadMs: number
}

export type Return = {
  /** At the other members, while it starts and catches up. */
  readonly gapMs: number
  readonly afterMs: number
}

/** Undisturbed before a kill, and down after the group goes on. */
export const calmMs = 1_500
const recoverWithinMs = 30_000
/** One that was away a lot lately may be let in late. */
const returnWithinMs = 60_000
/** What is under way when the fault comes belongs to it. */
const edgeMs = 100

/** Resolves a while after writes are acknowledged again. The time before is taken for undisturbed. */
export async function kill(scene: Scene, victim: GroupMember): Promise<Kill> {
  const { group, writers, readers, history, setting } = scene
  const shoot = await victim.aimToKill()
  const running = group.members.filter(({ pid }) => pid !== undefined)
  const others = new Set<number>(
    running.filter((member) => member !== victim).map((one) => one.address.id),
  )
  const killedMs = performance.now()
  const gone = shoot()
  await writers.acknowledgesAgain(performance.now(), recoverWithinMs)
  await gone
  await sleep(calmMs, undefined, { signal: setting.signal })
  const down: Span = { fromMs: killedMs, toMs: performance.now() }

  const writes = history.acknowledged
  const atOthers = writes.filter(({ home }) => others.has(home))
  const readsAtOthers = readers
    .filter(({ member }) => others.has(member.address.id))
    .flatMap(({ outcomes }) => outcomes)
  const before: Span = { fromMs: killedMs - calmMs, toMs: killedMs - edgeMs }
  return {
    undisturbedMs: longestSilence(writes, before),
    allMs: longestSilence(writes, down),
    othersMs: longestSilence(atOthers, down),
    othersLongestCallMs: longestCall(atOthers, down),
    othersLongestReadMs: longestRead(readsAtOthers, down),
  }
}

/** Starts it; resolves when it serves what was acknowledged before. */
export async function bringBack(scene: Scene, victim: GroupMember): Promise<Return> {
  const { group, history, setting } = scene
  const fromMs = performance.now()
  victim.start()
  await group.serves(victim, { timeoutMs: returnWithinMs, signal: setting.signal })
  const span: Span = { fromMs, toMs: performance.now() }
  const atOthers = history.acknowledged.filter(({ home }) => home !== victim.address.id)
  return { gapMs: longestSilence(atOthers, span), afterMs: span.toMs - span.fromMs }
}

export function killFigures(what: string, kills: readonly Kill[]): Figure[] {
  const both = (measured: string, of: (kill: Kill) => number) =>
    medianAndWorst(`${measured}, ${what}`, kills.map(of))
  return [
    ...both('write gap', ({ allMs }) => allMs),
    ...both('write gap at other members', ({ othersMs }) => othersMs),
    ...both('longest write at other members', ({ othersLongestCallMs }) => othersLongestCallMs),
    ...both('longest read at other members', ({ othersLongestReadMs }) => othersLongestReadMs),
    ...both('write gap undisturbed, before', ({ undisturbedMs }) => undisturbedMs),
  ]
}

export function returnFigures(returns: readonly Return[]): Figure[] {
  const gaps = returns.map(({ gapMs }) => gapMs)
  const after = returns.map(({ afterMs }) => afterMs)
  return [
    ...medianAndWorst('write gap at other members while it returns', gaps),
    ...medianAndWorst('from start to caught up', after),
  ]
}

function medianAndWorst(what: string, values: readonly number[]): Figure[] {
  return [
    figure(`${what}, median`, median(values), 'ms'),
    figure(`${what}, worst`, Math.max(...values), 'ms'),
  ]
}
