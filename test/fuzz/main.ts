/**
 * npm run fuzz:datagrams -- [--count N] [--seed S]
 * Attacks a member's UDP transport, prints what each kind of attack costs, exits 1 if one had an effect.
 */
import { Command, InvalidArgumentError } from 'commander'
import { problemsOf } from './bounds.ts'
import { fuzzDatagrams } from './datagrams.ts'

function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is expected')
  return Number(text)
}

const { count, seed } = new Command('fuzz:datagrams')
  .description('forged, replayed, cut and random datagrams: none may have an effect')
  .option('--count <datagrams>', 'how many', integer, 1_000_000)
  .option('--seed <seed>', 'the same seed makes the same attacks', integer, 1)
  .parse()
  .opts<{ count: number; seed: number }>()

const report = fuzzDatagrams(count, seed)
const rows = [...report.costs].map(([kind, cost]) => [
  kind,
  String(cost.datagrams),
  (cost.sizeBytes / cost.datagrams).toFixed(0),
  (cost.admitUs / cost.datagrams).toFixed(2),
  (cost.checkUs / cost.datagrams).toFixed(2),
  cost.slowestUs.toFixed(0),
  [...cost.refused].map(([reason, times]) => `${reason} ${times}`).join(', '),
])
const head = ['attack', 'datagrams', 'bytes', 'CPU µs', 'tag µs', 'slowest µs', 'result']
const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => row[at]?.length ?? 0)))
for (const row of [head, ...rows]) {
  console.log(
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
console.log(
  `${report.datagrams} datagrams, as if in ${(report.simulatedMs / 1_000).toFixed(1)} s; ` +
    `${report.genuineTaken} of ${report.genuineSent} genuine messages taken; ` +
    `${report.hellosSent} hellos; heap ${(report.heapGrowthBytes / 1_024).toFixed(0)} KiB more`,
)
const problems = problemsOf(report)
for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0
