/**
 * npm run drill:purchases -- [--seed S] [--seconds N] [--one-machine]
 * Disturbs a cluster of its own while people trade, then audits. Exits 1 when a rule did not hold.
 *
 * The cluster is spread over network namespaces, so that its network can be disturbed, too; this program
 * runs itself again in one more of them, where the clients are. Without the right to make namespaces
 * everything runs on one machine, and it says what is not tried.
 */
import { spawn, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import { createNamespaces, namespacesOf } from '../../bench/corosync/namespaces.ts'
import { startCluster } from '../e2e/cluster.ts'
import { readLedger } from '../e2e/people.ts'
import type { DrillCluster } from './cluster.ts'
import { type DrillReport, drillPurchases } from './drill.ts'
import { countByKind, type FaultRecord, textOf } from './faults.ts'
import { machineCount, startMachines } from './machines.ts'

type Flags = {
  readonly seed: number
  readonly seconds: number
  readonly oneMachine?: true
  readonly report?: string
  readonly inside?: string
}

const whole = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is expected')
  return Number(text)
}

const flags = new Command('drill:purchases')
  .description('purchases under concurrent buyers, moving prices, and faults of every kind')
  .option(
    '--seed <seed>',
    'what is tried; drawn and told when left out',
    whole,
    randomInt(1_000_000),
  )
  .option('--seconds <count>', 'for how long there are faults', whole, 60)
  .option('--one-machine', 'without network namespaces: no partitions, no loss')
  .option('--report <file>', 'write the figures as JSON, too')
  .addOption(new Option('--inside <prefix>').hideHelp())
  .parse()
  .opts<Flags>()

process.exitCode = await (flags.inside === undefined ? outside(flags) : inside(flags, flags.inside))

async function outside(given: Flags): Promise<number> {
  const reason = given.oneMachine === true ? 'as told' : whyNoNamespaces()
  if (reason !== undefined) {
    console.log(
      `NOT TRIED: partitions, loss and power cuts. Everything is on one machine: ${reason}`,
    )
    const shape = ['--customers', '3', '--products', '3', '--sellers', '2', '--buyers', '2']
    const cluster = await startCluster({ basePort: 24_500, flags: shape })
    const { report } = cluster
    return run({ ...cluster, report, network: undefined, ledger: () => readLedger(report) }, given)
  }
  const prefix = `agd${process.pid}`
  const namespaces = createNamespaces(prefix, machineCount + 1)
  try {
    const again = [...process.argv, '--seed', String(given.seed), '--inside', prefix]
    const quoted = again.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
    const words = namespaces.inside(machineCount, `exec ${quoted}`)
    const child = spawn(words.command, words.arguments, { stdio: 'inherit' })
    // Ctrl-C reaches both; whoever is killed alone passes it on.
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => child.kill('SIGTERM'))
    return await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
  } finally {
    namespaces.remove()
  }
}

/** Undefined: they can be made. */
function whyNoNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are Linux’s'
  if (process.getuid?.() !== 0) return 'making network namespaces takes root'
  for (const [program, flag] of [
    ['ip', '-V'],
    ['nft', '-v'],
  ] as const) {
    if (spawnSync(program, [flag]).status !== 0) return `there is no program ${program}`
  }
  return undefined
}

async function inside(given: Flags, prefix: string): Promise<number> {
  const cluster = await startMachines(namespacesOf(prefix, machineCount + 1))
  return run(cluster, given)
}

async function run(cluster: DrillCluster, { seed, seconds, report }: Flags): Promise<number> {
  const stopped = new Promise<never>((_, reject) => {
    process.once('SIGTERM', () => reject(new Error('The drill was stopped.')))
    process.once('SIGINT', () => reject(new Error('The drill was stopped.')))
  })
  try {
    console.log(`seed ${seed}, ${seconds} s`)
    const struck = (record: FaultRecord) => console.log(textOf(record))
    const drilling = drillPurchases(cluster, { seed, seconds, struck })
    const found = await Promise.race([drilling, stopped])
    tell(found)
    if (report !== undefined) writeFileSync(report, JSON.stringify(found))
    const held = found.wrong.length === 0
    console.log(held ? 'All rules held.' : `Again: --seed ${seed} --seconds ${seconds}`)
    return held ? 0 : 1
  } finally {
    await cluster.remove()
  }
}

function tell({ wrong, faults, failed, ...figures }: DrillReport): void {
  console.table({ ...figures, ...failed })
  console.table(countByKind(faults))
  for (const one of wrong) console.log(`WRONG: ${one}`)
}
