/** Runs many seeds, and says in words what one has found and how to see it again. */
import type { ProtocolCore } from '../../replication/protocol.ts'
import type { SimulationOptions } from './options.ts'
import { runSimulation } from './simulation.ts'
import type { SimulatedProtocol, SimulationResult } from './types.ts'

type ManyRuns<M, Core extends ProtocolCore<M>> = {
  readonly protocol: SimulatedProtocol<M, Core>
  readonly fromSeed: number
  readonly seeds: number
  readonly plantedBug?: string
  /** Replace what each seed has drawn: trouble that comes often enough to meet. */
  readonly overrides?: Partial<SimulationOptions>
  readonly onResult?: (result: SimulationResult) => void
}

/** The first result that found something; undefined when no seed did. */
export function firstFailure<M, Core extends ProtocolCore<M>>(
  runs: ManyRuns<M, Core>,
): SimulationResult | undefined {
  const { protocol, plantedBug, overrides, onResult } = runs
  for (let seed = runs.fromSeed; seed < runs.fromSeed + runs.seeds; seed += 1) {
    const result = runSimulation({
      protocol,
      seed,
      ...(plantedBug && { plantedBug }),
      ...(overrides && { overrides }),
    })
    onResult?.(result)
    if (result.failure !== undefined) return result
  }
  return undefined
}

type DescribedRun = {
  readonly protocol: { readonly name: string }
  readonly plantedBug?: string
  readonly overrides?: Partial<SimulationOptions>
}

/** For people: what was found, under which options, and the command that replays it. */
export function describeFailure(
  { protocol, plantedBug, overrides = {} }: DescribedRun,
  { seed, options, failure, statistics }: SimulationResult,
): string {
  if (failure === undefined) return `${protocol.name}, seed ${seed}: nothing was found`
  const bug = plantedBug === undefined ? '' : ` --bug ${plantedBug}`
  const given = Object.entries(overrides).map(([name, value]) => ` --with ${name}=${value}`)
  return [
    `${protocol.name}, seed ${seed}, ${failure.check}: ${failure.message}`,
    `found at ${failure.atMs.toFixed(3)} ms`,
    `options: ${JSON.stringify(options)}`,
    `until then: ${JSON.stringify(statistics)}`,
    failure.check === 'exception' ? (failure.stack ?? '') : '',
    `replay: npm run sim -- --protocol ${protocol.name} --seed ${seed}${bug}${given.join('')} --verbose`,
  ]
    .filter((line) => line !== '')
    .join('\n')
}

/** For tests: throws the description of the first failure. */
export function requireNoFailure<M, Core extends ProtocolCore<M>>(runs: ManyRuns<M, Core>): void {
  const result = firstFailure(runs)
  if (result === undefined) return
  throw new Error(describeFailure(runs, result))
}
