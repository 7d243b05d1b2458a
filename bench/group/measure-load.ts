/** One load on one system: warmed up, measured, and what it cost in processor time. */
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../common/errors.ts'
import { type Recording, type RunSummary, summariseRecordings } from '../measure.ts'
import { runClosedLoop } from './closed-loop.ts'
import { commandMaker } from './commands.ts'
import type { Traffic } from './definition.ts'
import type { Load, MeasuredSystem, ProcessorTimes, Target } from './system.ts'

export type LoadOptions = {
  readonly warmUpMs: number
  readonly measuredMs: number
  readonly sizeBytes: number
  /** False: the member that is measured makes the calls itself, in its own process. */
  readonly overGrpc: boolean
  readonly signal?: AbortSignal | undefined
}

export type MeasuredLoad = {
  readonly load: Load
  readonly summary: RunSummary
  /** Of each part, milliseconds of processor time for one operation. */
  readonly cost: ProcessorTimes
  /** For one operation. */
  readonly traffic: Traffic | undefined
}

type Used = { readonly times: ProcessorTimes; readonly traffic: Traffic | undefined }
type Snapshot = Used & { readonly begunAtMs: number }

export async function measureLoad(
  system: MeasuredSystem,
  load: Load,
  options: LoadOptions,
): Promise<MeasuredLoad> {
  const targets = await system.targets(load.at)
  const [recordings, used] = await Promise.all([
    Promise.all(
      targets.map((target) =>
        options.overGrpc ? loadFromHere(target, load, options) : loadItself(target, load, options),
      ),
    ),
    usedMeanwhile(system, options),
  ])
  const summary = summariseRecordings(recordings)
  const operations = (summary.callsPerSecond * used.elapsedMs) / 1_000
  const perOperation = (total: number): number => total / Math.max(1, operations)
  const { traffic } = used
  return {
    load,
    summary,
    cost: Object.fromEntries(
      Object.entries(used.times).map(([part, usedMs]) => [part, perOperation(usedMs)]),
    ),
    traffic: traffic && {
      datagrams: perOperation(traffic.datagrams),
      bytes: perOperation(traffic.bytes),
    },
  }
}

async function loadFromHere(
  target: Target,
  { kind, outstanding }: Load,
  { warmUpMs, measuredMs, sizeBytes, signal }: LoadOptions,
): Promise<Recording> {
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
): Promise<Recording> {
  if (target.loadYourself === undefined) throw new Error('this system cannot load itself')
  return await target.loadYourself({ kind, outstanding, warmUpMs, measuredMs, sizeBytes })
}

/**
 * In the measured time. To look takes time itself where the client is busy: what is between two looks
 * is counted from begin to begin, and the second one ends with the load.
 */
async function usedMeanwhile(
  system: MeasuredSystem,
  { warmUpMs, measuredMs, signal }: LoadOptions,
): Promise<Used & { readonly elapsedMs: number }> {
  const endsAtMs = performance.now() + warmUpMs + measuredMs
  await sleep(warmUpMs, undefined, { signal })
  const before = await usedSoFar(system)
  const now = performance.now()
  const lookMs = now - before.begunAtMs
  await sleep(Math.max(0, endsAtMs - now - lookMs), undefined, { signal })
  const after = await usedSoFar(system)
  const times = Object.entries(after.times).map(
    ([part, ms]) => [part, ms - (before.times[part] ?? 0)] as const,
  )
  return {
    times: Object.fromEntries(times),
    traffic: sentMeanwhile(before.traffic, after.traffic),
    elapsedMs: after.begunAtMs - before.begunAtMs,
  }
}

async function usedSoFar(system: MeasuredSystem): Promise<Snapshot> {
  const begunAtMs = performance.now()
  const { user, system: kernel } = process.cpuUsage()
  const client = (user + kernel) / 1_000
  const [times, traffic] = await Promise.all([system.processorTimes(), system.traffic()])
  return { begunAtMs, times: { client, ...times }, traffic }
}

function sentMeanwhile(
  before: Traffic | undefined,
  after: Traffic | undefined,
): Traffic | undefined {
  if (before === undefined || after === undefined) return undefined
  return { datagrams: after.datagrams - before.datagrams, bytes: after.bytes - before.bytes }
}
