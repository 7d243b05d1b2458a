/**
 * Faults under a purchase drill, from a seed: each kind once in every round, in an order that is drawn
 * anew for each round. Some last a while, and the next ones come meanwhile.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Random, shuffled } from '../../common/random.ts'
import type { DrillCluster } from './cluster.ts'
import { type FaultKind, kindsFor, type Strike } from './fault-kinds.ts'

export type FaultRecord = {
  readonly kind: string
  readonly what: string
  /** Since the first trade. */
  readonly fromMs: number
  /** Of what lasted. */
  untilMs?: number
  /** Of what the network did. */
  packetsDropped?: number
}

export type Faults = {
  /** What has been done, in order. */
  readonly timeline: readonly FaultRecord[]
  /** No more faults; resolves once nothing lasts any longer. Throws what went wrong with one. */
  stop(): Promise<void>
}

/** At the same time; more would be nothing but a standstill. */
const lastingMax = 2
const gapMs = { min: 800, max: 2_800 }
const lastsMs = { min: 500, max: 6_000 }

/** `over` is told of each fault once it no longer lasts. */
export function startFaults(
  cluster: DrillCluster,
  random: Random,
  over: (fault: FaultRecord) => void,
): Faults {
  const startedAtMs = performance.now()
  const timeline: FaultRecord[] = []
  const lasting = new Set<Promise<void>>()
  const stopping = new AbortController()
  const { signal } = stopping

  /** All draws are made here, in the order of the faults: so the seed alone decides them. */
  const strike = async (kind: FaultKind): Promise<void> => {
    const forMs = random.integer(lastsMs.min, lastsMs.max)
    const { what, end } = await kind.strike(cluster, random)
    const record: FaultRecord = { kind: kind.name, what, fromMs: performance.now() - startedAtMs }
    timeline.push(record)
    if (end === undefined) return over(record)
    const ended = endAfter(forMs, end, record).finally(() => lasting.delete(ended))
    lasting.add(ended)
    // Told by stop(): until then nobody waits for it.
    ended.catch(() => stopping.abort())
  }
  const endAfter = async (forMs: number, end: NonNullable<Strike['end']>, record: FaultRecord) => {
    await pause(forMs)
    const packetsDropped = end()
    if (packetsDropped !== undefined) record.packetsDropped = packetsDropped
    record.untilMs = performance.now() - startedAtMs
    over(record)
  }
  /** Shorter when there are to be no more faults. */
  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })

  const running = (async () => {
    let round: FaultKind[] = []
    while (!signal.aborted) {
      await pause(random.integer(gapMs.min, gapMs.max))
      if (lasting.size >= lastingMax) await Promise.race(lasting)
      if (signal.aborted) return
      if (round.length === 0) round = shuffled(kindsFor(cluster), random)
      const kind = round.pop()
      if (kind !== undefined) await strike(kind)
    }
  })()
  running.catch(() => stopping.abort())
  return {
    timeline,
    stop: async () => {
      stopping.abort()
      await running
      await Promise.all(lasting)
    },
  }
}

/** `+ 12.3 s  pause  SIGSTOP of products-1, until + 14.0 s`. */
export function textOf({ kind, what, fromMs, untilMs, packetsDropped }: FaultRecord): string {
  const at = (ms: number): string => `+${(ms / 1_000).toFixed(1).padStart(6)} s`
  const until = untilMs === undefined ? '' : `, until ${at(untilMs)}`
  const dropped = packetsDropped === undefined ? '' : `: ${packetsDropped} packets dropped`
  return `  ${at(fromMs)}  ${kind.padEnd(12)}  ${what}${until}${dropped}`
}

export function countByKind(timeline: readonly FaultRecord[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { kind } of timeline) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
