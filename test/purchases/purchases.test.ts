/** Purchases over the real code of both groups and of the buyer servers: see run.ts. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bugs } from './bugs.ts'
import { run } from './run.ts'
import { alive, type Cart, type Scenario, scenarios } from './scenario.ts'

describe('a purchase, whoever else buys and sells, whatever dies and whatever is late', () => {
  it('keeps the rules [P1, P2, P3, P4, P5, P6, P7, P8, P9, P12, P13, P15]', async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        expect((await run(scenario)).problems).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('is settled within 30 s when its server dies, at each single point [P12, P13]', async () => {
    const endings = new Set<string>()
    for (let diesAfter = 1; diesAfter <= 14; diesAfter += 1) {
      for (const isCardGood of [true, false]) {
        const requests = [{ afterMs: 0, key: 0, diesAfter }]
        const scenario = { ...calm, seed: diesAfter, carts: [{ ...simple, isCardGood, requests }] }
        const {
          problems,
          endings: [ending = 'never opened'],
        } = await run(scenario, {
          untilMs: 30_000,
        })
        expect(problems, `dies after ${diesAfter} points`).toEqual([])
        endings.add(ending)
      }
    }
    const all = ['PAYMENT_DECLINED', 'PURCHASE_ABANDONED', 'completed', 'never opened']
    expect([...endings].sort()).toEqual(all)
  })
})

const simple: Cart = {
  buyer: 0,
  lines: [{ item: 0, quantity: 2 }],
  filledAtMs: 0,
  isSaved: true,
  boughtAfterMs: 10,
  isCardGood: true,
  requests: [{ afterMs: 0, key: 0, diesAfter: alive }],
  changedAfterMs: undefined,
}
const calm: Scenario = {
  seed: 1,
  mishapRate: 0,
  outages: [],
  groupTimeLagMs: 5_000,
  forgets: true,
  items: [{ quantity: 5, price: 10 }],
  edits: [],
  carts: [simple],
  resumers: [alive],
}

// A test that cannot fail proves nothing.
describe('each planted bug is found, and replays', () => {
  it.each(Object.entries(bugs))('%s', async (_what, bug) => {
    const property = fc.asyncProperty(scenarios, async (scenario) => {
      expect((await run(scenario, { bug })).problems).toEqual([])
    })
    const found = await fc.check(property, { seed: 1, numRuns: 400, endOnFailure: true })
    expect(found.failed, 'within 400 runs').toBe(true)
    const [scenario] = found.counterexample ?? []
    if (scenario === undefined) throw new Error('a failure has a counterexample')
    const again = await run(scenario, { bug })
    expect(again.problems).not.toEqual([])
    expect(await run(scenario, { bug })).toEqual(again)
    // It is the bug that was found, not something else.
    expect((await run(scenario)).problems).toEqual([])
  })
})
