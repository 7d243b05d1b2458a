/** What must hold of a fuzz run; sentences about what does not. */
import type { Cost, FuzzReport } from './datagrams.ts'

/** Of the time that checking the tag takes; what a refusal may take beside that, in processor time. */
const checksMax = 3
const besideUs = 6
const heapGrowthMaxBytes = 2 * 1_024 * 1_024
/** For each peer in a second: answers to whom is unknown, and questions. */
const hellosPerSecondMax = 2 * (1_000 + 200)

export function problemsOf(report: FuzzReport): string[] {
  const problems = [...report.effects]
  if (report.genuineTaken < report.genuineSent) {
    const lost = report.genuineSent - report.genuineTaken
    problems.push(`${lost} of ${report.genuineSent} genuine messages were not taken`)
  }
  if (report.heapGrowthBytes > heapGrowthMaxBytes) {
    problems.push(`the heap has grown by ${report.heapGrowthBytes} bytes`)
  }
  if (report.hellosSent > 10 + (hellosPerSecondMax * report.simulatedMs) / 1_000) {
    problems.push(`${report.hellosSent} hellos were sent in ${report.simulatedMs} ms`)
  }
  for (const [kind, cost] of report.costs) {
    if (isTooDear(cost)) {
      const [admit, check] = [cost.admitUs / cost.datagrams, cost.checkUs / cost.datagrams]
      problems.push(`${kind}: ${admit.toFixed(1)} µs each; its tag alone ${check.toFixed(1)} µs`)
    }
  }
  return problems
}

function isTooDear({ admitUs, checkUs, datagrams }: Cost): boolean {
  return datagrams > 0 && admitUs > checksMax * checkUs + besideUs * datagrams
}
