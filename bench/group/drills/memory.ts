/**
 * Whether a replica's memory stays flat over very many commands: what the last third of them finds in
 * use is compared with the second third; the first is warming up.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { MemoryUse } from '../definition.ts'
import type { Group } from '../group.ts'
import { atMost, type Drill, type DrillResult, type Figure, figure } from './drill.ts'
import { withScene } from './scene.ts'

export type Sample = { readonly written: number; readonly use: MemoryUse }

/** So many commands take their time even so. */
const busyClients = 100
const sampleEveryMs = 500
/** How often it is said how far it is, in samples. */
const sayEverySamples = 60
const growthMax = 1.15
const missedMax = 0.1
/** Bounds the drill: a group that orders fewer per second than this has another problem. */
const slowestPerSecond = 100
const mebibyte = 2 ** 20
/** Of each series, in the report. */
const pointsMax = 12

export const memory: Drill = {
  name: 'memory',
  about: 'Resident memory and used heap of every replica while very many commands are written.',
  run: (setting) =>
    withScene({ ...setting, clients: busyClients }, async ({ group, history }) => {
      const { entries, signal, say } = setting
      const giveUpAtMs = performance.now() + (entries * 1_000) / slowestPerSecond + 60_000
      const samples = group.members.map((): Sample[] => [])
      const first = history.acknowledged.length
      let rounds = 0
      for (let written = 0; written < entries; ) {
        if (performance.now() > giveUpAtMs) throw new Error(`only ${written} commands were written`)
        await sleep(sampleEveryMs, undefined, { signal })
        written = history.acknowledged.length - first
        await takeSamples(group, written, samples)
        rounds += 1
        if (rounds % sayEverySamples === 0) say(`${written} of ${entries} commands`)
      }
      return resultOf(group, samples, { entries, rounds })
    }),
}

/** A busy member may leave a sample out: growth is told by what is there, and the rest is counted. */
async function takeSamples(group: Group, written: number, samples: Sample[][]): Promise<void> {
  const uses = await Promise.allSettled(group.members.map(({ client }) => client.memory()))
  for (const [place, use] of uses.entries()) {
    if (use.status === 'fulfilled') samples[place]?.push({ written, use: use.value })
  }
}

export type Measure = {
  readonly name: string
  of(use: MemoryUse): number
  /** Which of the sorted samples of a third stands for it. */
  readonly quantile: number
}

/** Used heap rises until it is collected: what stays is at the lower end. */
export const measures: readonly Measure[] = [
  { name: 'resident memory', of: ({ residentBytes }) => residentBytes, quantile: 0.5 },
  { name: 'used heap (lower quartile)', of: ({ heapUsedBytes }) => heapUsedBytes, quantile: 0.25 },
]

type Run = { readonly entries: number; readonly rounds: number }

function resultOf(
  group: Group,
  samples: readonly Sample[][],
  { entries, rounds }: Run,
): DrillResult {
  const missed = Math.max(...samples.map((taken) => 1 - taken.length / rounds))
  const bars = [atMost('samples that a member missed', missed, { limit: missedMax, unit: '' })]
  const series: Figure[] = []
  for (const measure of measures) {
    for (const [place, member] of group.members.entries()) {
      const ofMember = samples[place] ?? []
      const growth = growthOf(ofMember, measure, entries)
      const what = `${measure.name} of member ${member.address.id}`
      bars.push(
        atMost(`${what}, last third : second third`, growth, { limit: growthMax, unit: '' }),
      )
      series.push({ what: `${what}, MiB`, seen: seriesOf(ofMember, measure) })
    }
  }
  return { bars, figures: [figure('commands', entries, ''), ...series] }
}

/** How much more the last third of the commands finds in use than the second third. */
export function growthOf(samples: readonly Sample[], measure: Measure, entries: number): number {
  const between = (from: number, to: number): number => {
    const inThird = samples.filter(({ written }) => written > from && written <= to)
    const sorted = inThird.map(({ use }) => measure.of(use)).sort((a, b) => a - b)
    return sorted[Math.floor(sorted.length * measure.quantile)] ?? 0
  }
  const second = between(entries / 3, (2 * entries) / 3)
  // Nothing to compare with is not flat: too few commands for the pace of the samples.
  if (second === 0) return Number.POSITIVE_INFINITY
  return between((2 * entries) / 3, Number.POSITIVE_INFINITY) / second
}

function seriesOf(samples: readonly Sample[], { of }: Measure): string {
  const step = Math.max(1, Math.ceil(samples.length / pointsMax))
  const points = samples.filter((_, place) => place % step === 0)
  return points.map(({ use }) => (of(use) / mebibyte).toFixed(0)).join(' ')
}
