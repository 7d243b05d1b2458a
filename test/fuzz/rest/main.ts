/**
 * npm run fuzz:rest -- [--count N] [--seed S]
 * Attacks the REST servers of a marketplace of its own; exits 1 when an answer or a process is lost.
 */
import { Command, InvalidArgumentError } from 'commander'
import { attackMarketplace } from './marketplace.ts'

function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is expected')
  return Number(text)
}

const options = new Command('fuzz:rest')
  .description('requests made from the OpenAPI documents: no 5xx, no hang, no process lost')
  .option('--count <requests>', 'how many', integer, 20_000)
  .option('--seed <seed>', 'the same seed makes the same requests', integer, 1)
  .option('--base-port <port>', 'the first port of the marketplace', integer, 31_000)
  .parse()
  .opts<{ count: number; seed: number; basePort: number }>()

const startedAtMs = performance.now()
const { report, damage } = await attackMarketplace(options)
const byOperation = new Map<string, string[]>()
for (const [counted, times] of [...report].sort()) {
  const [operation = '', status = ''] = counted.split(' ')
  byOperation.set(operation, [...(byOperation.get(operation) ?? []), `${status}: ${times}`])
}
for (const [operation, answers] of byOperation) {
  console.log(`${operation.padEnd(18)} ${answers.join('  ')}`)
}
const total = [...report.values()].reduce((sum, times) => sum + times, 0)
const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(0)
console.log(`${total} requests in ${seconds} s, seed ${options.seed}`)
for (const line of damage) console.error(line)
process.exitCode = damage.length > 0 ? 1 : 0
