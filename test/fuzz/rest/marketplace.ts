/** A small marketplace to attack, and what must be true of it afterwards. */
import { readFileSync } from 'node:fs'
import { startCluster, type TestCluster } from '../../e2e/cluster.ts'
import { type FuzzReport, fuzzRest } from './attack.ts'

export type Attacked = {
  readonly report: FuzzReport
  /** Processes that were lost or restarted, and lines that tell of a bug; empty: none. */
  readonly damage: readonly string[]
}

export async function attackMarketplace(options: {
  readonly count: number
  readonly seed: number
  readonly basePort: number
}): Promise<Attacked> {
  const cluster = await startCluster({
    basePort: options.basePort,
    flags: ['--sellers', '2', '--buyers', '2', '--customers', '3', '--products', '3'],
    // Who is limited learns nothing of what lies behind the limits.
    environment: {
      RATE_LIMIT_PER_SECOND: '0',
      RATE_LIMIT_ACCOUNTS: '0',
      RATE_LIMIT_FAILED_LOGINS: '0',
      ARGON2_MEMORY_KIB: '64',
      ARGON2_ITERATIONS: '1',
    },
  })
  try {
    const before = pidsOf(cluster)
    const { sellers, buyers } = cluster.report
    const report = await fuzzRest({ sellers, buyers, count: options.count, seed: options.seed })
    const after = pidsOf(cluster)
    const lost = [...before].filter(([name, pid]) => after.get(name) !== pid || !isAlive(pid))
    return { report, damage: [...lost.map(([name]) => `${name} was lost`), ...bugsIn(cluster)] }
  } finally {
    await cluster.remove()
  }
}

function pidsOf(cluster: TestCluster): Map<string, number | undefined> {
  return new Map(cluster.processes().map(({ name, pid }) => [name, pid]))
}

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Lines at `error` and above: nothing that a client sends should cause one. */
function bugsIn(cluster: TestCluster): string[] {
  return cluster.processes().flatMap(({ name }) =>
    readFileSync(cluster.directory.logPath(name), 'utf8')
      .split('\n')
      .filter((line) => /^\{"level":[56]0,/.test(line))
      .map((line) => `${name} logged ${line.slice(0, 600)}`),
  )
}
