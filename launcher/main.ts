/**
 * The command line of ./agora: names the commands, reads their flags, hands over. No logic of its own.
 * What a command needs is loaded when it runs: a buyer does not wait for what starts a cluster.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { processEnvironment } from '../platform/config.ts'
import { exitCodes } from '../platform/terminal/exit-codes.ts'
import type { ClusterAddresses } from '../shop/cli/context.ts'
import { addCompletionCommand } from './completion/command-line.ts'
import { down } from './down.ts'
import { type Drill, drill } from './drills.ts'
import { type Cluster, existingCluster, newCluster, stateDirectory } from './environment.ts'
import { addMembersCommands } from './members/command-line.ts'
import { serverUrls } from './plan.ts'
import { startClients } from './start-clients.ts'

const program = new Command('agora')
  .description('A marketplace that keeps selling when machines die.')
  .showHelpAfterError('(./agora --help shows what there is)')
  .enablePositionalOptions()
  // What commander itself complains about is how a command was written. Inherited by all commands.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : exitCodes.usage))

const defaultDataDir = (): string => processEnvironment().DATA_DIR || '.agora'

const dataDirOption = (): Option =>
  new Option('--data-dir <folder>', 'where data, logs and the secret are kept').default(
    defaultDataDir(),
  )

function count(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected 1 or more.')
  return value
}

function groupSize(text: string): number {
  const value = count(text)
  if (![1, 3, 5, 7].includes(value)) throw new InvalidArgumentError('Expected 1, 3, 5 or 7.')
  return value
}

program
  .command('up')
  .description('start everything on this machine and keep it running until Ctrl-C')
  .option('--customers <n>', 'replicas of the customers group: 1, 3, 5 or 7', groupSize)
  .option('--products <n>', 'replicas of the products group: 1, 3, 5 or 7', groupSize)
  .option('--sellers <n>', 'seller servers', count)
  .option('--buyers <n>', 'buyer servers', count)
  .option('--base-port <port>', 'first port; the cluster takes ports up to 1,210 above it', count)
  .option('--seed', 'put demo sellers and items into an empty marketplace')
  .option('--json', 'print the addresses as JSON on stdout once everything is ready')
  .option('--ready-file <file>', 'write the same JSON to a file once everything is ready')
  .option('--ready-timeout <seconds>', 'how long to wait until everything is ready', count, 120)
  .addOption(dataDirOption())
  .action(async (flags) => {
    const { customers, products, sellers, buyers, basePort } = flags
    const shape = { customers, products, sellers, buyers, basePort }
    const wanted = Object.entries(shape).filter(([, value]) => value !== undefined)
    const cluster = newCluster(flags.dataDir, Object.fromEntries(wanted))
    const { up } = await import('./up.ts')
    process.exitCode = await up(cluster, {
      json: flags.json === true,
      readyFile: flags.readyFile,
      readyTimeoutMs: flags.readyTimeout * 1_000,
      // What could not be put up is said; the marketplace is there all the same.
      ...(flags.seed === true
        ? { beforeReady: async () => void (await seedCluster(cluster)) }
        : {}),
    })
    // Whatever a probe or a client still holds open must not keep the terminal waiting.
    process.exit()
  })

program
  .command('down')
  .description('stop the cluster of a data directory, or what is left of one')
  .option('--purge', 'delete all its data as well')
  .addOption(dataDirOption())
  .action(async ({ dataDir, purge }) => {
    process.exitCode = await down(existingCluster(dataDir).directory, purge === true)
  })

program
  .command('status')
  .description('who is up, who leads, whose turn it is')
  .addOption(
    new Option('-o, --output <format>', 'how to say it')
      .choices(['table', 'json'])
      .default('table'),
  )
  .option('--watch', 'again every two seconds')
  .addOption(dataDirOption())
  .addHelpText(
    'after',
    '\nExit code, added up: 1 a database group takes no writes, 2 a buyer server is down,\n' +
      '4 a seller server, 8 payment.',
  )
  .action(async ({ dataDir, output, watch }) => {
    const { exitCodeOf, readStatus } = await import('./status.ts')
    const { formatStatus } = await import('./status-text.ts')
    const cluster = existingCluster(dataDir)
    do {
      const status = await readStatus(cluster)
      if (watch === true && process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H')
      const width = process.stdout.isTTY ? process.stdout.columns : undefined
      const text = output === 'json' ? JSON.stringify(status) : formatStatus(status, width)
      process.stdout.write(`${text}\n`)
      process.exitCode = exitCodeOf(status)
      if (watch === true) await new Promise((resolve) => setTimeout(resolve, 2_000))
    } while (watch === true)
  })

program
  .command('doctor')
  .description('whether this machine and the cluster have what they need, and what to do')
  .option('--json', 'print the findings as JSON')
  .addOption(dataDirOption())
  .addHelpText('after', '\nExit code: 0, or 1 when something does not work.')
  .action(async ({ dataDir, json }) => {
    const { examine } = await import('./doctor/doctor.ts')
    const { exitCodeOf, formatFindings } = await import('./doctor/finding.ts')
    const findings = await examine(existingCluster(dataDir))
    const text = json === true ? JSON.stringify(findings) : formatFindings(findings)
    process.stdout.write(`${text}\n`)
    process.exit(exitCodeOf(findings))
  })

for (const [name, description] of [
  ['kill', 'a drill: kill -9 one process; it stays down'],
  ['pause', 'a drill: SIGSTOP one process'],
  ['resume', 'let a paused process go on'],
] as const satisfies readonly (readonly [Drill, string])[]) {
  program
    .command(`${name} <process>`)
    .description(description)
    .addOption(dataDirOption())
    .action(async (target: string, { dataDir }) => {
      process.exitCode = await drill(existingCluster(dataDir).directory, name, target)
    })
}

program
  .command('restart <process>')
  .description('bring a killed process back, or restart a running one')
  .option('--wipe', 'with an empty disk, as ./agora wipe')
  .addOption(dataDirOption())
  .action(async (target: string, { dataDir, wipe: empty }) => {
    const { wipe } = await import('./wipe.ts')
    const cluster = existingCluster(dataDir)
    process.exitCode =
      empty === true
        ? await wipe(cluster, target, { restart: true })
        : await drill(cluster.directory, 'restart', target)
  })

program
  .command('wipe <process>')
  .description(
    'a drill: a database loses its disk and starts again, empty; after kill it stays down',
  )
  .addOption(dataDirOption())
  .action(async (target: string, { dataDir }) => {
    const { wipe } = await import('./wipe.ts')
    process.exitCode = await wipe(existingCluster(dataDir), target, { restart: false })
  })

addMembersCommands(program, dataDirOption)

program
  .command('logs <process>')
  .description('show the log of one process')
  .option('-f, --follow', 'go on as it grows')
  .addOption(dataDirOption())
  .action((target: string, { dataDir, follow }) => {
    const { directory } = existingCluster(dataDir)
    const path = directory.logPath(target)
    if (!existsSync(path)) {
      const names = directory.readRecord()?.processes.map(({ name }) => name) ?? []
      const others = names.length === 0 ? 'nothing has run here' : `there are: ${names.join(' ')}`
      process.stderr.write(`There is no log ${path}; ${others}\n`)
      process.exitCode = exitCodes.notFound
      return
    }
    const tail = spawn('tail', ['-n', '200', ...(follow === true ? ['-F'] : []), path], {
      stdio: 'inherit',
    })
    tail.once('exit', (code) => process.exit(code ?? 0))
  })

program
  .command('start-server-group <group>')
  .description('start the members of one group whose addresses are this machine’s')
  .addOption(dataDirOption())
  .addHelpText('after', '\nGroups: seller, buyer, customers, products, payment.')
  .action(async (name: string, { dataDir }) => {
    const { parseGroup, startServerGroup } = await import('./start-server-group.ts')
    const group = parseGroup(name)
    if (group === undefined) {
      const message = `There is no group ${name}: seller, buyer, customers, products, payment.`
      return program.error(message, { exitCode: 2 })
    }
    process.exitCode = await startServerGroup(existingCluster(dataDir), group)
    process.exit()
  })

program
  .command('seed')
  .description('put demo sellers and items into a running, empty marketplace')
  .addOption(dataDirOption())
  .action(async ({ dataDir }) => {
    process.exitCode = await seedCluster(existingCluster(dataDir))
    process.exit()
  })

/** Resolves with the exit code; says what happened on stderr. */
async function seedCluster(cluster: Cluster): Promise<number> {
  const { seed } = await import('./seed.ts')
  const { reportFailure } = await import('../shop/cli/failures.ts')
  try {
    await seed(cluster)
    return exitCodes.ok
  } catch (error) {
    return reportFailure(error, { json: false, inPrompt: false, role: 'seller' })
  }
}

for (const role of ['seller', 'buyer'] as const) {
  program
    .command(role)
    .description(`the ${role}'s command line: a prompt, or one command`)
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .argument('[words...]')
    .action(async (words: string[]) => {
      const { runCli } =
        role === 'seller' ? await import('../seller/cli.ts') : await import('../buyer/cli.ts')
      const locate = (dataDir: string | undefined): ClusterAddresses => {
        const { config } = existingCluster(dataDir ?? defaultDataDir())
        const { sellers, buyers } = serverUrls(config)
        const ca = config.tls && readFileSync(config.tls.caPath)
        return { servers: role === 'seller' ? sellers : buyers, currency: config.currency, ca }
      }
      process.exitCode = await runCli(words, { locate, stateDir: stateDirectory() })
      process.exit()
    })
}

program
  .command('start-clients')
  .addArgument(program.createArgument('<role>').choices(['seller', 'buyer']))
  .description('open several prompts side by side in tmux, each with a profile of its own')
  .option('-n, --number <n>', 'how many', count, 3)
  .addOption(dataDirOption())
  .action(async (role: 'seller' | 'buyer', { number, dataDir }) => {
    process.exitCode = await startClients({ role, count: number, dataDir: resolve(dataDir) })
  })

addCompletionCommand(program)

program
  .command('bench')
  .description('measure: the whole marketplace, from the outside')
  .helpOption(false)
  .allowUnknownOption()
  .passThroughOptions()
  .argument('[words...]')
  .action(async (words: string[]) => {
    const { runBench } = await import('../bench/main.ts')
    process.exitCode = await runBench(words)
    process.exit()
  })

program.addHelpText(
  'after',
  `
First steps, each in a terminal of its own:
  npm start -- --seed       everything on this machine, with some things to buy
  ./agora buyer             a prompt: help shows what there is
  ./agora seller            put something up for sale
  ./agora status            who is up, who leads, whose turn it is
  ./agora doctor            what is missing when something does not start

./agora help COMMAND says more; ./agora buyer help and ./agora seller help show
their commands.`,
)

await program.parseAsync()
