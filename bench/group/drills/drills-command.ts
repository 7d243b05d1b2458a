/**
 * The command line of a group's drills: which, how often, where the report goes. The protocol, and the
 * drills that its group can stand, are handed in.
 */
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { describeMachine } from '../../report.ts'
import { commandSize, groupSize, number } from '../flags.ts'
import type { GroupProtocol } from '../group.ts'
import { Interrupted, untilInterrupted } from '../interruption.ts'
import type { Drill, DrillSetting } from './drill.ts'
import { type DoneDrill, formatDrills, isPassed } from './report.ts'

type DrillsFlags = {
  readonly members: number
  readonly clients: number
  readonly size: number
  readonly rounds?: number
  readonly entries: number
  readonly pause: number
  readonly basePort: number
  readonly parentDir?: string
  readonly logs?: string
  readonly json?: boolean
  readonly out?: string
}

const EXIT_MISSED = 1
const EXIT_INTERRUPTED = 130

export function drillsCommand(protocol: GroupProtocol, drills: readonly Drill[]): Command {
  const names = drills.map(({ name }) => name).join(', ')
  const known = (name: string, before: readonly Drill[] = []): Drill[] => {
    const found = drills.find((drill) => drill.name === name)
    if (found === undefined) throw new InvalidArgumentError(`There are ${names}.`)
    return [...before, found]
  }
  return new Command('drills')
    .description(
      'kill, pause, wipe and replace members of a group under load, and count the losses',
    )
    .argument('[name...]', `of ${names}; all when none is given`, known, [])
    .option('--members <n>', 'members of the group: 3, 5 or 7', bearsALoss, 5)
    .option('--clients <n>', 'that write all the time, spread over the members', number, 10)
    .option('--size <bytes>', 'of a command', commandSize, 256)
    .option(
      '--rounds <n>',
      'times that the fault is done (default: each drill has its own)',
      number,
    )
    .option('--entries <n>', 'written by far-behind and memory', number, 1_000_000)
    .option('--pause <seconds>', 'that a member is paused', number, 10)
    .option('--base-port <port>', 'where the members get their ports', number, 16_700)
    .option('--parent-dir <folder>', 'where data are kept meanwhile (default: of the system)')
    .option('--logs <folder>', "keep the members' logs there")
    .option('--json', 'print the report as JSON')
    .option('--out <file>', 'write the report there as well')
    .action(async (asked: readonly Drill[], flags: DrillsFlags) => {
      process.exitCode = await runDrills(protocol, asked.length === 0 ? drills : asked, flags)
    })
}

/** A group of one has no follower, and nobody to take over. */
function bearsALoss(text: string): number {
  const members = groupSize(text)
  if (members === 1) throw new InvalidArgumentError('Expected 3, 5 or 7.')
  return members
}

/** Resolves with the exit code: 1 when a bar was missed, 130 when it was interrupted. */
async function runDrills(
  protocol: GroupProtocol,
  drills: readonly Drill[],
  flags: DrillsFlags,
): Promise<number> {
  try {
    const done = await untilInterrupted(async (signal) => {
      const finished: DoneDrill[] = []
      for (const drill of drills) {
        finished.push(await runOne(drill, settingOf(protocol, drill, flags, signal)))
      }
      return finished
    })
    const { members, clients, size: sizeBytes } = flags
    const report =
      flags.json === true
        ? `${JSON.stringify({ machine: describeMachine(), flags, drills: done })}\n`
        : formatDrills({ members, clients, sizeBytes }, done)
    process.stdout.write(report)
    if (flags.out !== undefined) writeFileSync(flags.out, report)
    return done.every(isPassed) ? 0 : EXIT_MISSED
  } catch (error) {
    if (error instanceof Interrupted) return EXIT_INTERRUPTED
    throw error
  }
}

/** Rejects only when it is interrupted. */
async function runOne(drill: Drill, setting: DrillSetting): Promise<DoneDrill> {
  const { name, about } = drill
  const startedAtMs = performance.now()
  const [loadBefore = 0] = loadavg()
  const done = () => ({
    name,
    about,
    seconds: (performance.now() - startedAtMs) / 1_000,
    loadBefore,
    loadAfter: loadavg()[0] ?? 0,
  })
  try {
    const result = await drill.run(setting)
    return { ...done(), result, problem: '' }
  } catch (error) {
    if (setting.signal.aborted) throw error
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error)
    setting.say(problem)
    return { ...done(), result: undefined, problem }
  }
}

function settingOf(
  protocol: GroupProtocol,
  { name }: Drill,
  flags: DrillsFlags,
  signal: AbortSignal,
): DrillSetting {
  const { members, clients, size, rounds, entries, pause, basePort, parentDir, logs } = flags
  return {
    protocol,
    members,
    clients,
    sizeBytes: size,
    rounds,
    entries,
    pauseMs: pause * 1_000,
    basePort,
    parentDir,
    logsDir: logs === undefined ? undefined : join(logs, name),
    signal,
    say: (line) => void process.stderr.write(`${name}: ${line}\n`),
  }
}
