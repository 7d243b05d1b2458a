/** One in ten of the groups' datagrams is thrown away: everything still works. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../until.ts'
import { startCluster, type TestCluster } from './cluster.ts'
import { differences } from './databases.ts'
import { startWorkload } from './workload.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster({
    basePort: 25_000,
    environment: { GROUP_DATAGRAM_LOSS: '0.1' },
  })
})
afterAll(async () => {
  await cluster?.remove()
})

it('works with 10 % of datagrams lost, without an error', async () => {
  const workload = await startWorkload(cluster.report, { sellers: 3, buyers: 6 })
  await until(() => workload.acknowledged > 400, 60_000, 'four hundred calls were acknowledged')
  await workload.stop()
  expect(workload.failures).toEqual([])
  expect(await workload.audit()).toEqual([])
  expect(await differences(cluster, 'customers')).toEqual([])
  expect(await differences(cluster, 'products')).toEqual([])
})
