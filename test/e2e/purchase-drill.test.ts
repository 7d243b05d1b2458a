/** The short form of npm run drill:purchases. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { drillPurchases } from '../drill/drill.ts'
import { startCluster, type TestCluster } from './cluster.ts'

let cluster: TestCluster

beforeAll(async () => {
  const flags = ['--customers', '3', '--products', '3', '--sellers', '2', '--buyers', '2']
  cluster = await startCluster({ basePort: 24_000, flags })
})
afterAll(async () => {
  await cluster?.remove()
})

it('stock, payments and histories agree, whatever dies while prices and units move [P1, P2, P3, P4, P6, P7, P12]', async () => {
  const report = await drillPurchases(cluster, { seed: 1, seconds: 20 })
  expect(report.wrong, report.faults.join('\n')).toEqual([])
  // Nothing is proven where nothing was bought, refused and disturbed.
  expect(report.completed).toBeGreaterThanOrEqual(10)
  expect(Object.keys(report.failed)).not.toEqual([])
  expect(report.faults.length).toBeGreaterThan(3)
})
