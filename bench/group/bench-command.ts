/**
 * The command line that measures a group alone: its flags, what runs after what, where the report
 * goes. The protocol, and what it may be compared with, are handed in.
 */
import { writeFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { describeMachine } from '../report.ts'
import { commandSize, groupSize, number, numbers } from './flags.ts'
import type { GroupProtocol } from './group.ts'
import { Interrupted, untilInterrupted } from './interruption.ts'
import { type MeasuredLoad, measureLoad } from './measure-load.ts'
import { startOurs } from './our-system.ts'
import { writeOwnProfile } from './own-profile.ts'
import { formatLoads, type SystemRuns } from './report.ts'
import { type ApplyMode, applyModes } from './state-machines.ts'
import type { Load, MeasuredSystem } from './system.ts'

export type GroupFlags = {
  readonly members: number
  readonly apply: ApplyMode
  readonly outstanding: readonly number[]
  readonly size: number
  readonly seconds: number
  readonly warmUp: number
  readonly repeat: number
  readonly grpc: boolean
  readonly beside?: string
  readonly basePort: number
  readonly parentDir?: string
  readonly cpuProf?: string
  readonly json?: boolean
  readonly out?: string
}

/** A group of ours that is measured, by what it differs in from the others. */
export type Variant = {
  readonly name: string
  readonly environment: Readonly<Record<string, string>>
  readonly memberArguments: readonly string[]
}

export type GroupBench = {
  readonly protocol: GroupProtocol
  readonly loads: readonly Omit<Load, 'outstanding'>[]
  readonly variants: readonly Variant[]
  readonly others: Readonly<Record<string, OtherSystem>>
  /** What distinguishes all variants of this run, for the report, as in `durable logs`. */
  readonly about: string
}

export type OtherSystem = {
  /** Its load is made beside its members, without gRPC, and goes together with --no-grpc. */
  readonly loadsItself: boolean
  /** Throws an error that says how to get it, when it cannot be run here. */
  require(): void
  start(options: {
    readonly members: number
    readonly basePort: number
    readonly parentDir?: string | undefined
    readonly signal?: AbortSignal | undefined
  }): Promise<MeasuredSystem>
}

/** What runs often is compiled well: nothing is measured before all that is measured has run often. */
const warmUpOutstanding = 100
/** Between one load and the next. */
const settleMs = 1_000

const EXIT_ERRORS = 1
const EXIT_INTERRUPTED = 130
/** Ports that a group's members may take. */
const portsPerSystem = 100

export function addGroupOptions(command: Command, others: readonly string[]): Command {
  return command
    .option('--members <n>', 'members of the group: 1, 3, 5 or 7', groupSize, 5)
    .addOption(
      new Option('--apply <mode>', 'what a command does in PostgreSQL: nothing, or one row')
        .choices(applyModes)
        .default('none'),
    )
    .option(
      '--outstanding <list>',
      'calls outstanding at the same time, at each member that is called',
      numbers,
      [1, 10, 100],
    )
    .option('--size <bytes>', 'of a command', commandSize, 256)
    .option('--seconds <n>', 'measured time of each load', number, 10)
    .option(
      '--warm-up <n>',
      'seconds of reads and writes before a new group is measured',
      number,
      20,
    )
    .option('--repeat <n>', 'times that all is done, each with a new group; medians', number, 1)
    .option('--no-grpc', 'a member makes the calls itself, without a client')
    .addOption(
      new Option('--beside <system>', 'measure it too, in turns, and say the ratio').choices(
        others,
      ),
    )
    .option('--base-port <port>', 'where the members get their ports', number, 16_500)
    .option('--parent-dir <folder>', 'where data are kept meanwhile (default: of the system)')
    .option('--cpu-prof <folder>', 'profile every process of the group, and the client')
    .option('--json', 'print all figures of all runs as JSON instead of tables')
    .option('--out <file>', 'write the report there as well')
}

/** Resolves with the exit code: 1 when any call failed, 130 when it was interrupted. */
export async function measureGroup(bench: GroupBench, flags: GroupFlags): Promise<number> {
  const profiled = flags.cpuProf === undefined ? undefined : await writeOwnProfile(flags.cpuProf)
  try {
    const measured = await untilInterrupted((signal) => runAll(bench, flags, signal))
    const report =
      flags.json === true ? toJson(flags, measured) : toMarkdown(bench, flags, measured)
    process.stdout.write(report)
    if (flags.out !== undefined) writeFileSync(flags.out, report)
    return hasErrors(measured) ? EXIT_ERRORS : 0
  } catch (error) {
    if (error instanceof Interrupted) return EXIT_INTERRUPTED
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return EXIT_ERRORS
  } finally {
    await profiled?.()
  }
}

type Measured = { readonly ours: readonly SystemRuns[]; readonly other: SystemRuns | undefined }

/** In turns: what else the machine does in the meantime hits all alike. */
async function runAll(
  bench: GroupBench,
  flags: GroupFlags,
  signal: AbortSignal,
): Promise<Measured> {
  const starts = startsOf(bench, flags, signal)
  const systems: SystemRuns[] = []
  for (let repetition = 1; repetition <= flags.repeat; repetition += 1) {
    for (const [place, start] of starts.entries()) {
      const system = await start()
      try {
        const earlier = systems[place]?.runs ?? []
        const run = await runLoads(system, bench.loads, flags, signal)
        systems[place] = { system: system.name, runs: [...earlier, run] }
      } finally {
        await system.remove()
      }
    }
  }
  const { length } = bench.variants
  return { ours: systems.slice(0, length), other: systems[length] }
}

/** Of ours, then of the other system, if there is one. */
function startsOf(
  { protocol, variants, others }: GroupBench,
  flags: GroupFlags,
  signal: AbortSignal,
): (() => Promise<MeasuredSystem>)[] {
  const { members, apply, basePort, parentDir, cpuProf: cpuProfDir } = flags
  const shared = { members, parentDir, signal }
  const starts = variants.map(
    (variant) => () => startOurs(protocol, { ...shared, ...variant, basePort, apply, cpuProfDir }),
  )
  const other = flags.beside === undefined ? undefined : others[flags.beside]
  if (other === undefined) return starts
  if (!flags.grpc && !other.loadsItself) {
    throw new Error('--no-grpc measures ours alone: leave --beside out.')
  }
  if (flags.grpc && other.loadsItself) {
    throw new Error(`${flags.beside} is loaded by its own clients: give --no-grpc with --beside.`)
  }
  other.require()
  return [...starts, () => other.start({ ...shared, basePort: basePort + portsPerSystem })]
}

async function runLoads(
  system: MeasuredSystem,
  loads: GroupBench['loads'],
  flags: GroupFlags,
  signal: AbortSignal,
): Promise<MeasuredLoad[]> {
  const options = { sizeBytes: flags.size, overGrpc: flags.grpc, signal }
  const warmUp = { ...options, warmUpMs: 0, measuredMs: (flags.warmUp * 1_000) / loads.length }
  const measurement = { ...options, warmUpMs: settleMs, measuredMs: flags.seconds * 1_000 }
  say(`${system.name}: warming up`)
  for (const load of loads) {
    await measureLoad(system, { ...load, outstanding: warmUpOutstanding }, warmUp)
  }
  const measured: MeasuredLoad[] = []
  for (const load of loads) {
    for (const outstanding of flags.outstanding) {
      const one = await measureLoad(system, { ...load, outstanding }, measurement)
      measured.push(one)
      const { callsPerSecond, all } = one.summary
      const figures = `${callsPerSecond.toFixed(0)}/s, p50 ${all.p50Ms.toFixed(2)} ms`
      say(`${system.name}: ${load.name}, ${outstanding} outstanding: ${figures}`)
    }
  }
  return measured
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

function toMarkdown({ about }: GroupBench, flags: GroupFlags, { ours, other }: Measured): string {
  const { members, apply, size, seconds, warmUp, repeat, grpc } = flags
  const applied = apply === 'none' ? 'nothing applied' : 'one row applied per command'
  const asked = grpc ? 'client over gRPC on the same machine' : 'calls made inside the member'
  return [
    `Machine: ${describeMachine()}.`,
    `${members} members, ${about}, ${applied}, ${size}-byte commands, ${asked}; ` +
      `${seconds} s each after ${warmUp} s of warming up, ${repeat === 1 ? 'one run' : `medians of ${repeat} runs`}.`,
    `${formatLoads(ours, other)}\n`,
  ].join('\n\n')
}

function toJson(flags: GroupFlags, { ours, other }: Measured): string {
  const systems = other === undefined ? ours : [...ours, other]
  return `${JSON.stringify({ machine: describeMachine(), flags, systems })}\n`
}

function hasErrors({ ours, other }: Measured): boolean {
  const systems = other === undefined ? ours : [...ours, other]
  const loads = systems.flatMap(({ runs }) => runs.flat())
  return loads.some(({ summary }) => summary.errorCount > 0 || summary.calls === 0)
}
