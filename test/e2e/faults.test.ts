/** One cluster, clients at work, and processes killed under them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBuyerClient } from '../../buyer/api.ts'
import type { GroupStatus } from '../../replication/replicated-log.ts'
import { until } from '../until.ts'
import { startCluster, type TestCluster } from './cluster.ts'
import { differences } from './databases.ts'
import { lamp, newBuyer, newSeller } from './people.ts'
import { startWorkload } from './workload.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster({ basePort: 23_000 })
})
afterAll(async () => {
  await cluster?.remove()
})

type Seen = { name: string; probe: { ready: boolean }; replication?: GroupStatus }

function status(): Seen[] {
  return JSON.parse(cluster.agora(['status', '-o', 'json']).stdout) as Seen[]
}

/** kill -9, then waits until the supervisor has brought it back and it is ready. */
async function killAndAwaitReturn(name: string): Promise<void> {
  const { pid } = cluster.process(name)
  cluster.signal(name, 'SIGKILL')
  await until(() => (cluster.process(name).pid ?? pid) !== pid, 20_000, `${name} is started again`)
  await until(
    () => status().some((one) => one.name === name && one.probe.ready),
    30_000,
    `${name} is ready again`,
  )
}

function productsMember(isLeader: boolean): string {
  const found = status().find(({ name, replication }) => {
    if (!name.startsWith('products-')) return false
    return (replication?.protocolDetails.role === 'leader') === isLeader
  })
  if (found === undefined)
    throw new Error(`no products member that is ${isLeader ? '' : 'not '}leader`)
  return found.name
}

describe('kill -9 while clients work', () => {
  it.each([
    ['a seller server', () => 'seller-0'],
    ['a buyer server', () => 'buyer-1'],
    ['the payment service', () => 'payment'],
    ['a products follower', () => productsMember(false)],
    ['the products leader', () => productsMember(true)],
  ])('of %s: nobody sees more than a delay, and nothing is lost', async (_what, choose) => {
    const workload = await startWorkload(cluster.report, { sellers: 2, buyers: 4 })
    await until(() => workload.acknowledged > 40, 20_000, 'the workload is under way')
    const victim = choose()
    await killAndAwaitReturn(victim)
    const before = workload.acknowledged
    await until(() => workload.acknowledged > before + 40, 20_000, 'the workload goes on')
    await workload.stop()
    expect(workload.failures).toEqual([])
    expect(await workload.audit()).toEqual([])
    expect(await differences(cluster, 'products')).toEqual([])
    expect(await differences(cluster, 'customers')).toEqual([])
  })

  it('of a customers member: at most UNAVAILABLE, nothing lost, and service again with it', async () => {
    const workload = await startWorkload(cluster.report, { sellers: 2, buyers: 4 })
    await until(() => workload.acknowledged > 40, 20_000, 'the workload is under way')
    await killAndAwaitReturn('customers-2')
    const before = workload.acknowledged
    await until(() => workload.acknowledged > before + 40, 30_000, 'the workload goes on')
    await workload.stop()
    const codes = new Set(workload.failures.map(({ code }) => code))
    expect([...codes].filter((code) => code !== 'UNAVAILABLE')).toEqual([])
    expect(await workload.audit()).toEqual([])
    expect(await differences(cluster, 'customers')).toEqual([])
  })

  it('of everything at once, then up: every acknowledged write is there', async () => {
    const workload = await startWorkload(cluster.report, { sellers: 2, buyers: 4 })
    await until(() => workload.acknowledged > 100, 20_000, 'the workload is under way')
    await cluster.killEverything()
    const [, stopped] = await Promise.all([cluster.start(), workload.stop()])
    expect(stopped).toBeUndefined()
    expect(await workload.audit()).toEqual([])
    expect(await differences(cluster, 'customers')).toEqual([])
    expect(await differences(cluster, 'products')).toEqual([])
  })
})

describe('a customers member held down by a drill', () => {
  it('stops writes with a reason that names it, lets reads go on, and loses nothing', async () => {
    const seller = await newSeller(cluster.report)
    const buyer = await newBuyer(cluster.report)
    const { item } = await seller.createItem(lamp)
    expect(cluster.agora(['kill', 'customers-4']).status).toBe(0)
    // The others' turns go on until it is the missing one's; then nobody takes writes.
    await until(
      () =>
        status().every(
          ({ replication }) => replication?.protocol !== 'sequencer' || !replication.writable,
        ),
      15_000,
      'the customers group has noticed',
    )
    const impatient = createBuyerClient({
      servers: cluster.report.buyers,
      token: buyer.token,
      giveUpAfterMs: 9_000,
    })
    const refusal = await impatient.addToCart(item.id, 1).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ status: 503, code: 'UNAVAILABLE' })
    expect(String(refusal)).toMatch(/[Mm]ember 4 has not been heard/)
    expect((await buyer.getItem(item.id)).id).toBe(item.id)
    expect((await buyer.cart()).lines).toEqual([])
    expect(cluster.agora(['restart', 'customers-4']).status).toBe(0)
    await until(
      () => status().some(({ name, probe }) => name === 'customers-4' && probe.ready),
      30_000,
      'customers-4 is back',
    )
    expect((await buyer.addToCart(item.id, 1)).lines).toHaveLength(1)
  })
})
