/**
 * Whether a replica's memory stays flat over very many commands: what the last third of them finds in
 * use is compared with the second third; the first is warming up.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { MemoryUse } from '../definition.ts'
import type { Group } from '../group.ts'
import { median } from '../report.ts'
import { atMost, type Bar, type Drill, type DrillResult, type Figure, figure } from './drill.ts'
import { withScene } from './scene.ts'

type Sample = { readonly written: number; readonly use: MemoryUse }

/** So many commands take their time even so. */
const busyClients = 100
const sampleEveryMs = 2_000
/** How often it is said how far it is, in samples. */
const sayEverySamples = 15
const growthMax = 1.15
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
      for (let written = 0; written < entries; ) {
        if (performance.now() > giveUpAtMs) throw new Error(`only ${written} commands were written`)
        await sleep(sampleEveryMs, undefined, { signal })
        written = history.acknowledged.length - first
        await takeSamples(group, written, samples)
        if ((samples[0]?.length ?? 0) % sayEverySamples === 0)
          say(`${written} of ${entries} commands`)
      }
      return resultOf(group, samples, entries)
    }),
}

async function takeSamples(group: Group, written: number, samples: Sample[][]): Promise<void> {
  const uses = await Promise.all(group.members.map(({ client }) => client.memory()))
  for (const [place, use] of uses.entries()) samples[place]?.push({ written, use })
}

const measures = {
  'resident memory': (use: MemoryUse) => use.residentBytes,
  'used heap': (use: MemoryUse) => use.heapUsedBytes,
} as const

function resultOf(group: Group, samples: readonly Sample[][], entries: number): DrillResult {
  const bars: Bar[] = []
  const series: Figure[] = []
  for (const [name, of] of Object.entries(measures)) {
    for (const [place, member] of group.members.entries()) {
      const ofMember = samples[place] ?? []
      const growth = growthOf(ofMember, of, entries)
      const what = `${name} of member ${member.address.id}`
      bars.push(
        atMost(`${what}, last third : second third`, growth, { limit: growthMax, unit: '' }),
      )
      series.push({ what: `${what}, MiB`, seen: seriesOf(ofMember, of) })
    }
  }
  return { bars, figures: [figure('commands', entries, ''), ...series] }
}

function growthOf(
  samples: readonly Sample[],
  of: (use: MemoryUse) => number,
  entries: number,
): number {
  const between = (from: number, to: number): number =>
    median(
      samples.filter(({ written }) => written > from && written <= to).map(({ use }) => of(use)),
    )
  const second = between(entries / 3, (2 * entries) / 3)
  // Nothing to compare with is not flat: too few commands for the pace of the samples.
  if (second === 0) return Number.POSITIVE_INFINITY
  return between((2 * entries) / 3, Number.POSITIVE_INFINITY) / second
}

function seriesOf(samples: readonly Sample[], of: (use: MemoryUse) => number): string {
  const step = Math.max(1, Math.ceil(samples.length / pointsMax))
  const points = samples.filter((_, place) => place % step === 0)
  return points.map(({ use }) => (of(use) / mebibyte).toFixed(0)).join(' ')
}
