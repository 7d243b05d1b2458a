/**
 * `./agora bench`: the evaluation. Measures a running cluster, or one that it starts for itself, at
 * several numbers of clients, and prints Markdown.
 */
import { writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { broadcastBench } from './broadcast/main.ts'
import { number, numbers } from './group/flags.ts'
import { raftBench } from './raft/main.ts'
import { loadConfig, processEnvironment } from '../platform/config.ts'
import { describeMachine, formatRuns, type Run } from './report.ts'
import { measureClients } from './run.ts'
import { withCluster } from './target.ts'

type MarketplaceFlags = {
  readonly clients: readonly number[]
  readonly seconds: number
  readonly warmUp: number
  readonly repeat: number
  readonly dataDir?: string
  readonly basePort: number
  readonly out?: string
}

/** Resolves with the exit code: 1 when any call failed or an election took place. */
export async function runBench(words: readonly string[]): Promise<number> {
  const program = new Command('agora bench')
    .description('Measure the whole marketplace with concurrent sellers and buyers.')
    .option('--clients <list>', 'numbers of sellers, and of as many buyers', numbers, [1, 10, 100])
    .option('--seconds <n>', 'measured time of each run', number, 15)
    .option(
      '--warm-up <n>',
      'seconds before it; 19 processes take their time to compile',
      number,
      20,
    )
    .option('--repeat <n>', 'runs of each number of clients', number, 1)
    .option('--data-dir <folder>', 'measure the cluster that runs from there, instead of a new one')
    .option('--base-port <port>', 'where a new cluster gets its ports', number, 15_000)
    .option('--out <file>', 'write the report there as well')
    .enablePositionalOptions()
    .action(async (flags: MarketplaceFlags) => {
      process.exitCode = await measureMarketplace(flags)
    })
    .addCommand(raftBench())
    .addCommand(broadcastBench())
  await program.parseAsync([...words], { from: 'user' })
  return Number(process.exitCode ?? 0)
}

async function measureMarketplace(options: MarketplaceFlags): Promise<number> {
  const { currency } = loadConfig(processEnvironment(), { secretRequired: false })
  const runs: Run[] = []
  await withCluster(options, async (target) => {
    for (const clients of options.clients) {
      for (let repetition = 1; repetition <= options.repeat; repetition += 1) {
        process.stderr.write(`${clients}+${clients} clients, ${options.seconds} s ...\n`)
        const again = options.repeat > 1 ? `, run ${repetition}` : ''
        const measured = await measureClients(target, {
          clients,
          warmUpMs: options.warmUp * 1_000,
          measuredMs: options.seconds * 1_000,
          currency,
        })
        runs.push({ title: `${clients}+${clients}${again}`, ...measured })
      }
    }
  })
  const report = `Machine: ${describeMachine()}.\n\n${formatRuns(runs)}\n`
  process.stdout.write(report)
  if (options.out !== undefined) writeFileSync(options.out, report)
  return runs.some(({ summary, elections }) => summary.errorCount > 0 || elections > 0) ? 1 : 0
}
