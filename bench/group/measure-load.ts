/** One load on one system: warmed up, measured, and what it cost in processor time. */
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../common/errors.ts'
import type { RunSummary } from '../measure.ts'
import { runClosedLoop } from './closed-loop.ts'
import { commandMaker } from './commands.ts'
import type { Load, MeasuredSystem, ProcessorTimes, Target } from './system.ts'

export type LoadOptions = {
  readonly warmUpMs: number
  readonly measuredMs: number
  readonly sizeBytes: number
  /** False: the member that is measured makes the calls itself, in its own process. */
  readonly overGrpc: boolean
  readonly signal?: AbortSignal | undefined
}

/** Of each part, milliseconds of processor time for one operation. */
export type ProcessorCost = ProcessorTimes & { readonly client: number }

export type MeasuredLoad = {
  readonly load: Load
  readonly summary: RunSummary
  readonly cost: ProcessorCost
}

export async function measureLoad(
  system: MeasuredSystem,
  load: Load,
  options: LoadOptions,
): Promise<MeasuredLoad> {
  const target = await system.target(load.at)
  const [summary, used] = await Promise.all([
    options.overGrpc ? loadFromHere(target, load, options) : loadItself(target, load, options),
    usedMeanwhile(system, options),
  ])
  const perOperation = (usedMs: number): number => usedMs / Math.max(1, summary.calls)
  const cost: ProcessorCost = {
    client: perOperation(used.client),
    leader: perOperation(used.leader),
    followers: perOperation(used.followers),
    databases: perOperation(used.databases),
  }
  return { load, summary, cost }
}

async function loadFromHere(
  target: Target,
  { kind, outstanding }: Load,
  { warmUpMs, measuredMs, sizeBytes, signal }: LoadOptions,
): Promise<RunSummary> {
  const makeCommand = commandMaker(sizeBytes)
  return await runClosedLoop({
    name: kind,
    outstanding,
    warmUpMs,
    measuredMs,
    call: kind === 'write' ? () => target.write(makeCommand()) : () => target.read(),
    codeOf: (error) => (error instanceof AppError ? error.code : String(error)),
    signal,
  })
}

async function loadItself(
  target: Target,
  { kind, outstanding }: Load,
  { warmUpMs, measuredMs, sizeBytes }: LoadOptions,
): Promise<RunSummary> {
  if (target.loadYourself === undefined) throw new Error('this system cannot load itself')
  return await target.loadYourself({ kind, outstanding, warmUpMs, measuredMs, sizeBytes })
}

/** In the measured time, which begins and ends here within a few milliseconds of the load's own. */
async function usedMeanwhile(
  system: MeasuredSystem,
  { warmUpMs, measuredMs, signal }: LoadOptions,
): Promise<ProcessorCost> {
  await sleep(warmUpMs, undefined, { signal })
  const before = await usedSoFar(system)
  await sleep(measuredMs, undefined, { signal })
  const after = await usedSoFar(system)
  return {
    client: after.client - before.client,
    leader: after.leader - before.leader,
    followers: after.followers - before.followers,
    databases: after.databases - before.databases,
  }
}

async function usedSoFar(system: MeasuredSystem): Promise<ProcessorCost> {
  const { user, system: kernel } = process.cpuUsage()
  return { client: (user + kernel) / 1_000, ...(await system.processorTimes()) }
}
