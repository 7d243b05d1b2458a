/** Measured runs as Markdown: what docs/evaluation.md holds. */
import { cpus, totalmem } from 'node:os'
import { processorTimeIsKnown } from './group/processor-time.ts'
import { type ProcessorUse, totalMs } from './processor-use.ts'
import type { Measured } from './run.ts'

export type Run = Measured & { readonly title: string }

export function describeMachine(): string {
  const [first] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${memory} GiB, Node ${process.versions.node}, ${process.platform}`
}

export function formatRuns(runs: readonly Run[]): string {
  return [formatOverview(runs), ...runs.map(formatRun)].join('\n\n')
}

function formatOverview(runs: readonly Run[]): string {
  const rows = runs.map(({ title, summary, elections, processorUse }) => [
    title,
    summary.callsPerSecond.toFixed(0),
    String(summary.calls),
    String(summary.errorCount),
    ms(summary.all.meanMs),
    ms(summary.all.p50Ms),
    ms(summary.all.p99Ms),
    ms(summary.longestGapMs),
    String(elections),
    processorTimeIsKnown ? (totalMs(processorUse) / summary.calls).toFixed(2) : '',
  ])
  return table(
    [
      'clients',
      'calls/s',
      'calls',
      'errors',
      'mean ms',
      'p50 ms',
      'p99 ms',
      'longest gap ms',
      'elections',
      'processor ms/call',
    ],
    rows,
  )
}

function formatRun({ title, summary, processorUse }: Run): string {
  const rows = summary.operations.map((one) => [
    one.operation,
    String(one.calls),
    ms(one.meanMs),
    ms(one.p50Ms),
    ms(one.p95Ms),
    ms(one.p99Ms),
  ])
  const errors = Object.entries(summary.errors).map(([what, count]) => `${what}: ${count}`)
  return [
    `### ${title}`,
    '',
    table(['operation', 'calls', 'mean ms', 'p50 ms', 'p95 ms', 'p99 ms'], rows),
    ...(processorTimeIsKnown ? ['', formatProcessorUse(processorUse, summary.calls)] : []),
    ...(errors.length === 0 ? [] : ['', `Errors: ${errors.join(', ')}.`]),
  ].join('\n')
}

function formatProcessorUse(use: ProcessorUse, calls: number): string {
  const rows = [...use].map(([kind, ms]) => [
    kind,
    (ms / calls).toFixed(2),
    `${((100 * ms) / totalMs(use)).toFixed(1)} %`,
  ])
  return table(['processes', 'processor ms/call', 'share'], rows)
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(header),
    line(header.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map(line),
  ].join('\n')
}

function ms(value: number): string {
  return value.toFixed(1)
}
