/** What may happen in one run of the purchases' property test, as a value that fast-check draws and shrinks. */
import fc from 'fast-check'
import type { Faults } from '../../buyer/purchase/model/network.ts'

export type Request = {
  /** After the cart's first one, in ms. */
  readonly afterMs: number
  /** Repeats under one key are one purchase; another key is another one. */
  readonly key: number
  /** The number of points that its server passes before it dies. */
  readonly diesAfter: number
}

/** One session of a buyer; several may be the same buyer's. */
export type Cart = {
  readonly buyer: number
  readonly lines: readonly { readonly item: number; readonly quantity: number }[]
  readonly filledAtMs: number
  readonly isSaved: boolean
  /** After it was filled. */
  readonly boughtAfterMs: number
  readonly isCardGood: boolean
  readonly requests: readonly Request[]
  /** After the first request: tries to put something in. */
  readonly changedAfterMs: number | undefined
}

/** A seller's. */
export type Edit = {
  readonly atMs: number
  readonly item: number
  readonly what: 'price' | 'units'
  readonly by: number
}

export type Scenario = {
  readonly seed: number
  readonly mishapRate: number
  readonly outages: Faults['outages']
  readonly groupTimeLagMs: number
  /** The groups do not keep the outcomes of steps: see Group. */
  readonly forgets: boolean
  readonly items: readonly { readonly quantity: number; readonly price: number }[]
  readonly edits: readonly Edit[]
  readonly carts: readonly Cart[]
  /** Per resumer: the number of points that it passes before it dies. */
  readonly resumers: readonly number[]
}

export const alive = 1_000_000

const diesAfter = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 24 }) },
  { weight: 1, arbitrary: fc.constant(alive) },
)
const item = fc.nat({ max: 2 })
const soonMs = fc.integer({ min: 0, max: 3_000 })

const cart: fc.Arbitrary<Cart> = fc.record({
  buyer: fc.nat({ max: 2 }),
  lines: fc.array(fc.record({ item, quantity: fc.integer({ min: 1, max: 3 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
  filledAtMs: soonMs,
  isSaved: fc.boolean(),
  boughtAfterMs: soonMs,
  isCardGood: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.boolean()),
  requests: fc.array(
    fc.record({ afterMs: fc.integer({ min: 0, max: 15_000 }), key: fc.nat({ max: 1 }), diesAfter }),
    { minLength: 1, maxLength: 3 },
  ),
  changedAfterMs: fc.option(soonMs, { nil: undefined }),
})

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(),
  mishapRate: fc.constantFrom(0, 0.1, 0.3, 0.5),
  outages: fc.array(
    fc.record({
      service: fc.constantFrom('customers' as const, 'products' as const, 'payments' as const),
      fromMs: fc.integer({ min: 0, max: 10_000 }),
      toMs: fc.integer({ min: 10_000, max: 20_000 }),
    }),
    { maxLength: 1 },
  ),
  groupTimeLagMs: fc.integer({ min: 0, max: 5_000 }),
  forgets: fc.boolean(),
  items: fc.array(
    fc.record({
      quantity: fc.integer({ min: 1, max: 6 }),
      price: fc.integer({ min: 1, max: 20 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  edits: fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 8_000 }),
      item,
      what: fc.constantFrom('price' as const, 'units' as const),
      by: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: -3, max: -1 })),
    }),
    { maxLength: 5 },
  ),
  carts: fc.array(cart, { minLength: 1, maxLength: 4 }),
  resumers: fc.array(fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constant(alive)), {
    minLength: 1,
    maxLength: 2,
  }),
})
