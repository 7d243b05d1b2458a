import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawScenario, findProblems, run, type Scenario } from './model/run.ts'
import type { PlantedBug } from './model/services.ts'

const ALIVE = 1_000_000

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(),
  mishapRate: fc.constantFrom(0, 0.1, 0.3, 0.6),
  purchases: fc.array(
    fc.record({
      diesAfter: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constant(ALIVE)),
      repeatAfterMs: fc.option(fc.integer({ min: 0, max: 12_000 }), { nil: undefined }),
      quantity: fc.integer({ min: 1, max: 3 }),
      approved: fc.boolean(),
      atMs: fc.integer({ min: 0, max: 3_000 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  resumers: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 2 }),
  stock: fc.integer({ min: 0, max: 6 }),
  priceRisesAtMs: fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: undefined }),
  groupTimeLagMs: fc.integer({ min: 0, max: 5_000 }),
  outages: fc.array(
    fc.record({
      service: fc.constantFrom('customers' as const, 'products' as const, 'payments' as const),
      fromMs: fc.integer({ min: 0, max: 10_000 }),
      toMs: fc.integer({ min: 10_000, max: 20_000 }),
    }),
    { maxLength: 2 },
  ),
})

const calm: Scenario = {
  seed: 1,
  mishapRate: 0,
  purchases: [],
  resumers: [ALIVE],
  stock: 5,
  priceRisesAtMs: undefined,
  groupTimeLagMs: 2_000,
  outages: [],
}
const buys = { diesAfter: ALIVE, repeatAfterMs: undefined, quantity: 1, approved: true, atMs: 0 }

describe('a purchase, whatever dies and whatever is late', () => {
  it('ends completed or failed, with ledger, stock and history in agreement', async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        expect(await findProblems(scenario)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('survives the death of its server at each single point', async () => {
    for (let diesAfter = 1; diesAfter <= 24; diesAfter += 1) {
      for (const approved of [true, false]) {
        for (const resumers of [[ALIVE], [ALIVE, ALIVE], [9]]) {
          const purchases = [{ ...buys, diesAfter, approved }]
          const scenario = { ...calm, seed: diesAfter, purchases, resumers, groupTimeLagMs: 5_000 }
          const { problems } = await run(scenario, { untilMs: 30_000 })
          expect(problems).toEqual([])
        }
      }
    }
  })

  it('is completed by a repeat of the request, which brings the card again', async () => {
    for (let diesAfter = 1; diesAfter <= 12; diesAfter += 1) {
      const purchases = [{ ...buys, diesAfter, repeatAfterMs: 500 }]
      const scenario = { ...calm, seed: diesAfter, purchases }
      const result = await run(scenario, { untilMs: 30_000 })
      expect(result).toEqual({ problems: [], endings: ['completed'] })
    }
  })

  it('is given up, uncharged, when nobody brings the card again', async () => {
    const purchases = [{ ...buys, diesAfter: 4 }]
    const result = await run({ ...calm, purchases }, { untilMs: 30_000 })
    expect(result).toEqual({ problems: [], endings: ['PURCHASE_ABANDONED'] })
  })

  it('survives an outage of payments shorter than its patience', async () => {
    const outages = [{ service: 'payments' as const, fromMs: 0, toMs: 5_000 }]
    const result = await run({ ...calm, purchases: [buys], outages }, { untilMs: 30_000 })
    expect(result).toEqual({ problems: [], endings: ['completed'] })
  })

  it('sells each unit once when twelve buyers race for five', async () => {
    const purchases = Array.from({ length: 12 }, () => buys)
    const { problems, endings } = await run({ ...calm, purchases }, { untilMs: 30_000 })
    expect(problems).toEqual([])
    expect(endings.filter((ending) => ending === 'completed')).toHaveLength(5)
    expect(endings.filter((ending) => ending === 'OUT_OF_STOCK')).toHaveLength(7)
  })
})

// A test that cannot fail proves nothing: each of these bugs must be found in a bounded number of runs.
describe('planted bugs are found', () => {
  const bugs: PlantedBug[] = [
    'neither claims nor transitions are checked',
    'void leaves no tombstone',
    'release leaves no tombstone',
    'a repeated charge charges again',
  ]
  it.each(bugs)('%s', async (bug) => {
    let foundAt: number | undefined
    for (let seed = 1; seed <= 3_000 && foundAt === undefined; seed += 1) {
      const problems = await findProblems(drawScenario(seed), bug)
      if (problems.length > 0) foundAt = seed
    }
    expect(foundAt).toBeDefined()
  })
})
