/** Measured loads as Markdown, alone or beside another system's. */
import type { MeasuredLoad } from './measure-load.ts'
import type { Traffic } from './definition.ts'
import type { Load } from './system.ts'
import { table } from '../report.ts'

/** Several runs of the same loads on one system. */
export type SystemRuns = {
  readonly system: string
  readonly runs: readonly (readonly MeasuredLoad[])[]
}

/** A load as measured in the median of all runs; figures are taken one by one. */
type Row = {
  readonly load: Load
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly worstMs: number
  readonly errors: number
  /** By part. */
  readonly costMs: readonly number[]
  readonly traffic: Traffic | undefined
}

/** With ratios of each of ours to the other system, where there is one. */
export function formatLoads(
  ours: readonly SystemRuns[],
  other: SystemRuns | undefined = undefined,
): string {
  const all = other === undefined ? ours : [...ours, other]
  const tables = all.map((one) => `### ${one.system}\n\n${formatSystem(one)}`)
  const ratios = ours.flatMap((one) =>
    other === undefined
      ? []
      : [`### ${one.system} : ${other.system}\n\n${formatRatios(one, other)}`],
  )
  return [...tables, ...ratios].join('\n\n')
}

function formatSystem({ runs }: SystemRuns): string {
  const header = ['load', 'outstanding', 'per second', 'p50 ms', 'p99 ms', 'max ms', 'errors']
  const measured = medians(runs)
  const costs = [...partsOf(runs), 'all'].map((part) => `CPU ms/op ${part}`)
  const isTrafficKnown = measured.some(({ traffic }) => traffic !== undefined)
  const traffics = isTrafficKnown ? ['datagrams/op', 'bytes/op'] : []
  const rows = measured.map(({ load, errors, costMs, traffic, ...one }) => [
    load.name,
    String(load.outstanding),
    one.perSecond.toFixed(0),
    one.p50Ms.toFixed(2),
    one.p99Ms.toFixed(2),
    one.worstMs.toFixed(1),
    String(errors),
    ...[...costMs, sum(costMs)].map((ms) => ms.toFixed(3)),
    ...(isTrafficKnown
      ? [traffic?.datagrams.toFixed(2) ?? '', traffic?.bytes.toFixed(0) ?? '']
      : []),
  ])
  return table([...header, ...costs, ...traffics], rows)
}

function formatRatios(ours: SystemRuns, other: SystemRuns): string {
  const theirs = medians(other.runs)
  const rows = medians(ours.runs).flatMap((mine, place) => {
    const beside = theirs[place]
    if (beside === undefined) return []
    const ratio = (a: number, b: number): string => (b === 0 ? '-' : (a / b).toFixed(2))
    return [
      [
        mine.load.name,
        String(mine.load.outstanding),
        ratio(mine.perSecond, beside.perSecond),
        ratio(mine.p50Ms, beside.p50Ms),
        ratio(mine.p99Ms, beside.p99Ms),
        ratio(sum(mine.costMs), sum(beside.costMs)),
      ],
    ]
  })
  return table(['load', 'outstanding', 'throughput', 'p50', 'p99', 'CPU per op'], rows)
}

function medians(runs: SystemRuns['runs']): Row[] {
  return (runs[0] ?? []).map(({ load }, place) => {
    const repeats = runs.flatMap((run) => run[place] ?? [])
    const middle = (figure: (one: MeasuredLoad) => number): number => median(repeats.map(figure))
    return {
      load,
      perSecond: middle(({ summary }) => summary.callsPerSecond),
      p50Ms: middle(({ summary }) => summary.all.p50Ms),
      p99Ms: middle(({ summary }) => summary.all.p99Ms),
      worstMs: Math.max(...repeats.map(({ summary }) => summary.all.worstMs)),
      errors: sum(repeats.map(({ summary }) => summary.errorCount)),
      costMs: partsOf(runs).map((part) => middle(({ cost }) => cost[part] ?? 0)),
      traffic: repeats.some(({ traffic }) => traffic === undefined)
        ? undefined
        : {
            datagrams: middle(({ traffic }) => traffic?.datagrams ?? 0),
            bytes: middle(({ traffic }) => traffic?.bytes ?? 0),
          },
    }
  })
}

function partsOf(runs: SystemRuns['runs']): string[] {
  return Object.keys(runs[0]?.[0]?.cost ?? {})
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return ((low ?? 0) + (high ?? 0)) / 2
}

function sum(values: readonly number[]): number {
  return values.reduce((total, one) => total + one, 0)
}
