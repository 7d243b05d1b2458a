/**
 * npm run sim -- --protocol raft|sequencer [--seeds N] [--from S] | [--seed S [--verbose]]
 *   [--with members=7 --with loss=0.2 …]
 * Runs simulations until one finds something; then prints it and exits 1.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { seededRandom } from '../../common/random.ts'
import type { ProtocolCore } from '../../replication/protocol.ts'
import { describeFailure } from './report.ts'
import { drawOptions, type SimulationOptions } from './options.ts'
import { runSimulation } from './simulation.ts'
import type { SimulatedProtocol } from './types.ts'

type Flags = {
  readonly protocol: 'raft' | 'sequencer' | 'toy'
  readonly seeds: number
  readonly from: number
  readonly seed?: number
  readonly bug?: string
  readonly with: Partial<SimulationOptions>
  readonly invariants: boolean
  readonly verbose: boolean
}

function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is expected')
  return Number(text)
}

/** `loss=0.2`, of the options that are numbers. */
function option(text: string, given: Partial<SimulationOptions>): Partial<SimulationOptions> {
  const [name = '', value = ''] = text.split('=')
  const numbers = Object.entries(drawOptions(seededRandom(1), { membership: {} }))
    .filter(([, drawn]) => typeof drawn === 'number')
    .map(([known]) => known)
    .concat('slowDiskMember')
  if (!numbers.includes(name)) {
    throw new InvalidArgumentError(`the options are ${numbers.join(', ')}`)
  }
  if (!/^\d+(\.\d+)?$/.test(value)) throw new InvalidArgumentError(`${name} is a number`)
  return { ...given, [name]: Number(value) }
}

const flags = new Command('sim')
  .description('deterministic simulations of the replication protocols: one seed, one run')
  .addOption(
    new Option('--protocol <name>', 'which core to run')
      .choices(['raft', 'sequencer', 'toy'])
      .makeOptionMandatory(),
  )
  .option('--seeds <count>', 'how many seeds to try', integer, 100)
  .option('--from <seed>', 'the first of them', integer, 1)
  .option('--seed <seed>', 'run this one only', integer)
  .option('--bug <name>', 'plant a bug that the checks know')
  .option('--with <name=value>', 'an option that is not drawn (repeatable)', option, {})
  .option('--invariants', 'sequencer: check the invariants only, not each rule', false)
  .option('--verbose', 'print all that happens', false)
  .parse()
  .opts<Flags>()

switch (flags.protocol) {
  case 'raft':
    run((await import('./raft-protocol.ts')).raftProtocol)
    break
  case 'sequencer': {
    const { sequencerProtocol } = await import('./sequencer-protocol.ts')
    const { createInvariantChecks } = await import('./sequencer-checks.ts')
    const checks = flags.invariants ? { createChecks: createInvariantChecks } : {}
    run({ ...sequencerProtocol, ...checks })
    break
  }
  case 'toy':
    run((await import('./toy-protocol.ts')).toyProtocol)
    break
}

function run<M, Core extends ProtocolCore<M>>(protocol: SimulatedProtocol<M, Core>): void {
  const first = flags.seed ?? flags.from
  const seeds = flags.seed === undefined ? flags.seeds : 1
  const trace = flags.verbose ? { trace: print } : {}
  const bug = flags.bug === undefined ? {} : { plantedBug: flags.bug }
  const totals = {
    simulatedMs: 0,
    writes: 0,
    reads: 0,
    crashes: 0,
    wipes: 0,
    gracefulStops: 0,
    installs: 0,
    actionsDone: 0,
    actionsRefused: 0,
    recoveryMaxMs: 0,
  }
  const startedAtMs = performance.now()
  for (let seed = first; seed < first + seeds; seed += 1) {
    const run = { protocol, seed, overrides: flags.with, ...trace, ...bug }
    const result = runSimulation(run)
    if (result.failure !== undefined) {
      print(describeFailure(run, result))
      process.exitCode = 1
      return
    }
    const { statistics } = result
    totals.simulatedMs += statistics.simulatedMs
    totals.writes += statistics.writesAcknowledged
    totals.reads += statistics.readsServed
    totals.crashes += statistics.crashes
    totals.wipes += statistics.wipes
    totals.gracefulStops += statistics.gracefulStops
    totals.installs += statistics.installs
    totals.actionsDone += statistics.actionsDone
    totals.actionsRefused += statistics.actionsRefused
    totals.recoveryMaxMs = Math.max(totals.recoveryMaxMs, statistics.recoveryMs ?? 0)
    if (flags.seed !== undefined) print(JSON.stringify(result, undefined, 2))
  }
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1)
  print(`${protocol.name}: ${seeds} seeds from ${first}, nothing found in ${seconds} s`)
  print(JSON.stringify(totals))
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
