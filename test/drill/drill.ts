/** One purchase drill on a running cluster: people who trade, faults, and the audit. */
import { seededRandom } from '../../common/random.ts'
import { until } from '../until.ts'
import { type Audit, audit } from './audit.ts'
import type { DrillCluster } from './cluster.ts'
import { type FaultRecord, startFaults } from './faults.ts'
import { History } from './history.ts'
import { openMarket } from './market.ts'

export type DrillReport = Audit & {
  readonly calls: number
  readonly refusals: number
  readonly repeated: number
  readonly longestCallMs: number
  readonly attempts: number
  readonly faults: readonly FaultRecord[]
}

export type DrillOptions = {
  readonly seed: number
  /** For how long there are faults; the audit comes after that. */
  readonly seconds: number
  /** Told of each fault once it is over. */
  readonly struck: (fault: FaultRecord) => void
}

/** Longer than any fault and the promise of 30 s together. */
const outcomeWithinMs = 75_000

/** People go on trading until so many have bought: nothing is proven where nothing was. */
const purchasesMin = 10

/** The seed decides what is tried; the machine, in which order it happens. */
export async function drillPurchases(
  cluster: DrillCluster,
  { seed, seconds, struck }: DrillOptions,
): Promise<DrillReport> {
  const history = new History(outcomeWithinMs)
  const market = await openMarket({
    report: cluster.report,
    random: seededRandom(seed),
    history,
    sellers: 2,
    itemsEach: 3,
    buyers: 6,
  })
  const faults = startFaults(cluster, seededRandom(seed + 1), struck)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  await faults.stop()
  await until(
    () => cluster.processes().every(({ state }) => state === 'running'),
    30_000,
    'every process runs again',
  )
  const calmSinceUnixMs = Date.now()
  const bought = () => market.attempts.filter(({ called }) => called.outcome.ok).length
  await until(() => bought() >= purchasesMin, 60_000, `${purchasesMin} purchases are made`)
  await market.stop()
  const { calls, refusals, repeated, longestMs: longestCallMs } = history
  const attempts = market.attempts.length
  const said = { calls, refusals, repeated, longestCallMs, attempts, faults: faults.timeline }
  return { ...said, ...(await audit(cluster, market, calmSinceUnixMs)) }
}
