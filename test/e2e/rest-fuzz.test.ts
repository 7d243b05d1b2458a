/** A fixed number of requests made from the OpenAPI documents; more of them: npm run fuzz:rest. */
import { expect, it } from 'vitest'
import { attackMarketplace } from '../fuzz/rest/marketplace.ts'

it('1,500 requests get documented answers below 500, and no process is lost', async () => {
  const { report, damage } = await attackMarketplace({ count: 1_500, seed: 1, basePort: 31_000 })
  expect(damage).toEqual([])
  const total = [...report.values()].reduce((sum, times) => sum + times, 0)
  expect(total).toBeGreaterThanOrEqual(1_500)
  // The requests are good enough to get through to what lies behind validation.
  for (const reached of ['createItem 201', 'addToCart 200', 'showItem 200', 'saveCart 200']) {
    expect([reached, report.has(reached)]).toEqual([reached, true])
  }
})
