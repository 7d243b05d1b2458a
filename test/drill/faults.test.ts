/** The same seed strikes in the same way, every kind comes in every round, and nothing lasts afterwards. */
import { expect, it, vi } from 'vitest'
import { seededRandom } from '../../common/random.ts'
import type { DrillCluster } from './cluster.ts'
import { countByKind, type FaultRecord, startFaults } from './faults.ts'
import type { Network, Trouble } from './network.ts'

const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3']
/** Nothing runs: who is struck is drawn all the same, and nobody is hurt. */
const processes = ['buyers', 'sellers', 'payment', 'customers', 'products'].flatMap((group) =>
  addresses.map((host, n) => ({
    name: `${group}-${n}`,
    group,
    host,
    port: 1,
    pid: undefined,
    state: 'down' as const,
    restarts: 0,
  })),
)

function quietCluster() {
  const present = new Set<Trouble>()
  const impose = (troubles: readonly Trouble[]) => {
    for (const trouble of troubles) present.add(trouble)
    return () => {
      for (const trouble of troubles) present.delete(trouble)
      return troubles.length
    }
  }
  const cluster: DrillCluster = {
    report: {
      sellers: [],
      buyers: [],
      payment: 'http://10.0.0.3:5090/payment',
      customers: [],
      products: [],
      processes: [],
      dataDir: '/nowhere',
    },
    network: { addresses, impose } as unknown as Network,
    processes: () => processes,
    process: (name) => processes.find((one) => one.name === name) ?? (processes[0] as never),
    ledger: async () => [],
    remove: async () => undefined,
  }
  return { cluster, present }
}

async function strikes(seed: number, count: number) {
  const { cluster, present } = quietCluster()
  const over: FaultRecord[] = []
  const faults = startFaults(cluster, seededRandom(seed), (fault) => over.push(fault))
  while (faults.timeline.length < count) await new Promise((resolve) => setImmediate(resolve))
  await faults.stop()
  expect([...present]).toEqual([])
  expect(over).toHaveLength(faults.timeline.length)
  return faults.timeline.slice(0, count)
}

/** No waiting: every pause is over at once. */
vi.mock('node:timers/promises', () => ({
  setTimeout: () => new Promise((resolve) => setImmediate(resolve)),
}))

it('is drawn from the seed', async () => {
  const what = async (seed: number) => (await strikes(seed, 24)).map((fault) => fault.what)
  const first = await what(7)
  expect(await what(7)).toEqual(first)
  expect(await what(8)).not.toEqual(first)
})

it('has every kind in every round', async () => {
  expect(countByKind(await strikes(3, 16))).toEqual({
    kill: 2,
    pause: 2,
    database: 2,
    everything: 2,
    'power cut': 2,
    partition: 2,
    loss: 2,
    'lost answers': 2,
  })
})
