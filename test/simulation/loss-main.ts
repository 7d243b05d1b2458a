/**
 * npm run sim:loss: what lost datagrams cost five members of the rotating sequencer, under virtual
 * time, where nothing but the network takes any.
 */
import { type LossRunResult, runLossy } from './loss-run.ts'

const losses = [0, 0.01, 0.05, 0.2]
const loads = [
  { submitters: 1, outstanding: 1 },
  { submitters: 5, outstanding: 1 },
  { submitters: 5, outstanding: 10 },
  { submitters: 5, outstanding: 100 },
]

for (const load of loads) {
  for (const reorders of [false, true]) {
    const network = reorders ? 'reordering' : 'in order'
    print(`\n${load.submitters} submitting, ${load.outstanding} outstanding each, ${network}`)
    for (const loss of losses) {
      const result = runLossy({ seed: 1, loss, reorders, measureMs: 300, ...load })
      print(`  ${String(loss * 100).padStart(2)} % ${describe(result)}`)
    }
  }
}

function describe(result: LossRunResult): string {
  const { commandsPerSecond, p50Ms, p99Ms, datagramsPerCommand, lostPerCommand } = result
  const { askedPerCommand, answeredPerCommand, suppressedPerCommand } = result
  const { unneededPerCommand, probesPerCommand } = result
  const each = {
    datagrams: datagramsPerCommand,
    lost: lostPerCommand,
    asked: askedPerCommand,
    answered: answeredPerCommand,
    suppressed: suppressedPerCommand,
    unneeded: unneededPerCommand,
    probes: probesPerCommand,
  }
  const shares = Object.entries(each).map(([name, value]) => `${name} ${value.toFixed(3)}`)
  const speed = `${commandsPerSecond.toFixed(0).padStart(7)}/s`
  const times = `p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`
  return `${speed}, ${times}; for each command: ${shares.join(', ')}`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
