/**
 * npm run drill:purchases -- [--seed S] [--seconds N]
 * Kills and pauses processes of a cluster of its own while people trade, then audits. Exits 1 when a rule did not hold.
 */
import { randomInt } from 'node:crypto'
import { Command, InvalidArgumentError } from 'commander'
import { startCluster } from '../e2e/cluster.ts'
import { drillPurchases } from './drill.ts'

const whole = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is expected')
  return Number(text)
}

const { seed, seconds } = new Command('drill:purchases')
  .description('purchases under concurrent buyers, moving prices and dying processes')
  .option(
    '--seed <seed>',
    'what is tried; drawn and told when left out',
    whole,
    randomInt(1_000_000),
  )
  .option('--seconds <count>', 'how long processes die', whole, 60)
  .parse()
  .opts<{ seed: number; seconds: number }>()

console.log(`seed ${seed}, ${seconds} s`)
const flags = ['--customers', '3', '--products', '3', '--sellers', '2', '--buyers', '2']
const cluster = await startCluster({ basePort: 24_500, flags })
try {
  const { wrong, faults, failed, ...figures } = await drillPurchases(cluster, { seed, seconds })
  for (const fault of faults) console.log(`  ${fault}`)
  console.table({ ...figures, ...failed })
  for (const one of wrong) console.log(`WRONG: ${one}`)
  console.log(wrong.length === 0 ? 'All rules held.' : `Again: --seed ${seed} --seconds ${seconds}`)
  process.exitCode = wrong.length === 0 ? 0 : 1
} finally {
  await cluster.remove()
}
