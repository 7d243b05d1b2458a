import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isLegalTransition,
  isOpen,
  type PurchaseState,
  purchaseStates,
  purchaseTransitions,
} from '../../common/purchase-states.ts'
import { accounts, carts, purchases, savedCarts } from '../tables.ts'
import type { PurchaseOutcome } from './outcomes.ts'
import { addToCart, advance, openPurchase, reservedLines, usd, World } from './test-world.ts'

type Step = Exclude<PurchaseState, 'pending'>
const steps = purchaseStates.filter((state): state is Step => state !== 'pending')

async function opened(): Promise<{ world: World; purchase: PurchaseOutcome }> {
  const world = new World()
  await world.shopper('a')
  await world.put('a', '1-1', 2, { price: usd(100) })
  await world.put('a', '1-2', 1, { price: usd(50) })
  return { world, purchase: await world.open('a', 'p1') }
}

function claim(expected: number) {
  const by = { claimedBy: 'buyer-2', claimSeconds: 20 }
  return { type: 'claimPurchase', purchaseId: 'p1' as never, expected, ...by } as const
}

describe('opening a purchase', () => {
  test('fixes lines, ceilings and total, and gives the opener claim 1', async () => {
    const { world, purchase } = await opened()
    expect(purchase).toMatchObject({
      state: 'pending',
      buyer_id: 1,
      lines: [
        { itemId: '1-1', quantity: 2, ceiling: usd(100), price: null },
        { itemId: '1-2', quantity: 1, ceiling: usd(50), price: null },
      ],
      total: usd(250),
      claim: 1,
      claimed_by: 'buyer-1',
      claim_expires_at_ms: world.nowMs + 20_000,
      transitions: [{ state: 'pending', atMs: world.nowMs }],
    })
    expect(world.tables.all(carts)).toMatchObject([{ locked_by: 'p1' }])
  })

  test('needs something in the cart and an id of its own', async () => {
    const { world } = await opened()
    await world.shopper('b')
    expect(await world.codeOf(openPurchase('b', 'p2'))).toBe('CART_EMPTY')
    await world.put('b', '1-1')
    expect(await world.codeOf(openPurchase('b', 'p1'))).toBe('INVALID_ARGUMENT')
    expect((await world.open('b', 'p2')).serial).toBe(2)
  })
})

describe('the steps of a purchase', () => {
  test('reserved writes down sellers, names and the prices to pay', async () => {
    const { world, purchase } = await opened()
    const lines = reservedLines(purchase).map((line) => ({ ...line, price: usd(40) }))
    world.pass(3)
    expect(await world.step('p1', 'reserved', { lines })).toMatchObject({
      state: 'reserved',
      lines: [
        { itemId: '1-1', sellerId: 7, price: usd(40), ceiling: usd(100), name: 'name of 1-1' },
        { itemId: '1-2', price: usd(40), ceiling: usd(50) },
      ],
      total: usd(120),
      stepped_at_ms: world.nowMs,
      claim_expires_at_ms: world.nowMs + 20_000,
    })
  })

  test('reserved refuses a price above the ceiling, and lines of something else', async () => {
    const { world, purchase } = await opened()
    const lines = reservedLines(purchase)
    const dearer = lines.map((line) => ({ ...line, price: usd(101) }))
    const euros = lines.map((line) => ({ ...line, price: { amount: 1, currency: 'EUR' } }))
    const twice = lines.map(() => lines[0])
    const codes = []
    for (const wrong of [dearer, euros, twice, lines.slice(1), [...lines, ...lines]]) {
      codes.push(await world.codeOf(advance('p1', 'reserved', { lines: wrong })))
    }
    expect(codes).toEqual(['PRICE_CHANGED', ...Array(4).fill('INVALID_ARGUMENT')])
  })

  test('completed counts the units, empties the cart, unlocks it, and reduces the saved copy', async () => {
    const world = new World()
    const { account } = await world.shopper('a')
    await world.put('a', '1-1', 5)
    await world.put('a', '1-2', 1)
    await world.must({ type: 'saveCart', tokenHash: 'a' })
    await world.must({
      type: 'removeFromCart',
      tokenHash: 'a',
      itemId: '1-1' as never,
      quantity: 2,
    })
    await world.drive(await world.open('a', 'p1'))
    expect(world.tables.all(accounts)).toMatchObject([{ id: account.id, items_purchased: 4 }])
    expect(world.tables.all(carts)).toEqual([])
    expect(world.tables.all(savedCarts)).toMatchObject([
      { lines: [{ itemId: '1-1', quantity: 2 }] },
    ])
    expect(await world.codeOf(addToCart('a', '1-3'))).toBe('ok')
  })

  test('failed unlocks the cart and leaves it as it was', async () => {
    const { world } = await opened()
    expect(await world.step('p1', 'failed', { failureCode: 'OUT_OF_STOCK' })).toMatchObject({
      state: 'failed',
      failure_code: 'OUT_OF_STOCK',
    })
    const [cart] = world.tables.all(carts)
    expect(cart).toMatchObject({ locked_by: null, lines: [{ quantity: 2 }, { quantity: 1 }] })
    expect((await world.open('a', 'p2')).state).toBe('pending')
  })

  test('what fails says why; the first reason stays', async () => {
    const { world } = await opened()
    expect(await world.codeOf(advance('p1', 'failed', { failureCode: '' }))).toBe(
      'INVALID_ARGUMENT',
    )
    await world.step('p1', 'releasing', { failureCode: 'PURCHASE_ABANDONED' })
    const failed = await world.step('p1', 'failed', { failureCode: '' })
    expect(failed.failure_code).toBe('PURCHASE_ABANDONED')
  })

  test('a purchase completes although its session has ended', async () => {
    const { world, purchase } = await opened()
    await world.must({ type: 'endSession', role: 'buyer', tokenHash: 'a' })
    await world.drive(purchase)
    expect(world.tables.all(accounts)).toMatchObject([{ items_purchased: 3 }])
    expect(world.tables.all(carts)).toEqual([])
  })

  test('every pair of states: legal as the table says, a repeat is no error, the rest refused', async () => {
    const paths: Record<PurchaseState, readonly Step[]> = {
      pending: [],
      reserved: ['reserved'],
      paid: ['reserved', 'paid'],
      completed: ['reserved', 'paid', 'completed'],
      releasing: ['releasing'],
      failed: ['failed'],
    }
    for (const from of purchaseStates) {
      for (const to of steps) {
        const { world, purchase } = await opened()
        const more = (step: Step) => (step === 'reserved' ? { lines: reservedLines(purchase) } : {})
        for (const step of paths[from]) await world.step('p1', step, more(step))
        const expected = from === to || isLegalTransition(from, to) ? 'ok' : 'ILLEGAL_TRANSITION'
        expect(`${from} → ${to}: ${await world.codeOf(advance('p1', to, more(to)))}`).toBe(
          `${from} → ${to}: ${expected}`,
        )
      }
    }
  })
})

describe('claims', () => {
  test('pass on only when expired, by number, and shut the earlier driver out', async () => {
    const { world } = await opened()
    expect(await world.codeOf(claim(1))).toBe('STALE_CLAIM')
    world.pass(20)
    expect(await world.codeOf(claim(2))).toBe('STALE_CLAIM')
    expect(await world.must(claim(1))).toMatchObject({ claim: 2, claimed_by: 'buyer-2' })
    expect(await world.codeOf(claim(1))).toBe('STALE_CLAIM')
    expect(await world.apply(advance('p1', 'failed'))).toMatchObject({
      code: 'STALE_CLAIM',
      details: { claim: 2 },
    })
    expect((await world.step('p1', 'failed', { claim: 2 })).state).toBe('failed')
  })

  test('a step renews the claim, a repeated one too, but does not count as a new step', async () => {
    const { world, purchase } = await opened()
    const lines = reservedLines(purchase)
    const reserved = await world.step('p1', 'reserved', { lines })
    world.pass(15)
    const repeated = await world.step('p1', 'reserved', { lines })
    expect(repeated.claim_expires_at_ms).toBe(world.nowMs + 20_000)
    expect(repeated.stepped_at_ms).toBe(reserved.stepped_at_ms)
    expect(repeated.transitions).toEqual(reserved.transitions)
  })

  test('a stale driver is told so even when it repeats the present state', async () => {
    const { world } = await opened()
    world.pass(20)
    await world.must(claim(1))
    await world.step('p1', 'releasing', { claim: 2 })
    expect(await world.codeOf(advance('p1', 'releasing'))).toBe('STALE_CLAIM')
  })

  test('an ended purchase cannot be claimed; an unknown one is not found', async () => {
    const { world } = await opened()
    await world.step('p1', 'failed')
    world.pass(60)
    expect(await world.codeOf(claim(1))).toBe('ILLEGAL_TRANSITION')
    expect(await world.codeOf({ ...claim(1), purchaseId: 'p9' as never })).toBe(
      'PURCHASE_NOT_FOUND',
    )
    expect(await world.codeOf(advance('p9', 'failed'))).toBe('PURCHASE_NOT_FOUND')
  })
})

describe('whatever buyers, drivers and time do', () => {
  // Often a step that can be taken, so that runs get far; as often one that perhaps cannot.
  const step = fc.record({
    do: fc.constant('step' as const),
    to: fc.oneof(fc.constant('next' as const), fc.constantFrom(...steps)),
    behindBy: fc.constantFrom(0, 0, 0, 1),
    purchase: fc.constantFrom('latest', 'latest', 'before'),
  })
  const action = fc.oneof(
    { weight: 5, arbitrary: step },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('add' as const),
        quantity: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('open' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('clear', 'claim', 'save', 'logout') }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('pass' as const),
        seconds: fc.integer({ min: 1, max: 30 }),
      }),
    },
  )
  type Action = typeof action extends fc.Arbitrary<infer Taken> ? Taken : never

  test('units bought = units of completed purchases; locks agree; every step is legal; ends are final', async () => {
    const endsSeen = { completed: 0, failed: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 60 }), async (actions) => {
        const shop = new RandomShop()
        await shop.start()
        for (const taken of actions) {
          await shop.take(taken)
          shop.checkInvariants()
        }
        for (const state of shop.ended.values())
          endsSeen[state === 'completed' ? state : 'failed'] += 1
      }),
      { numRuns: 120 },
    )
    // The property means something only if runs get to the ends: some 30 to 50 times each.
    expect(Math.min(endsSeen.completed, endsSeen.failed)).toBeGreaterThan(10)
  })

  class RandomShop {
    readonly ended = new Map<string, PurchaseState>()
    private readonly world = new World()
    private accountId = 0
    private sessionsMade = 1
    private purchasesOpened = 0

    async start(): Promise<void> {
      this.accountId = (await this.world.shopper('t1')).account.id
    }

    async take(taken: Action): Promise<void> {
      const { world } = this
      const tokenHash = `t${this.sessionsMade}`
      if ('quantity' in taken) await world.apply(addToCart(tokenHash, '1-1', taken.quantity))
      if ('seconds' in taken) world.pass(taken.seconds)
      if ('to' in taken) await this.step(taken)
      if (taken.do === 'clear') await world.apply({ type: 'clearCart', tokenHash })
      if (taken.do === 'save') await world.apply({ type: 'saveCart', tokenHash })
      if (taken.do === 'claim') {
        const purchaseId = `p${this.purchasesOpened}` as never
        for (const expected of [1, 2]) await world.apply({ ...claim(expected), purchaseId })
      }
      if (taken.do === 'open') {
        const opened = await world.apply(openPurchase(tokenHash, `p${this.purchasesOpened + 1}`))
        if (opened.ok) this.purchasesOpened += 1
      }
      if (taken.do === 'logout') {
        await world.apply({ type: 'endSession', role: 'buyer', tokenHash })
        this.sessionsMade += 1
        await world.login(`t${this.sessionsMade}`, this.accountId)
      }
    }

    private async step(taken: Extract<Action, { do: 'step' }>): Promise<void> {
      const id = `p${this.purchasesOpened - (taken.purchase === 'latest' ? 0 : 1)}`
      const purchase = await this.world.tables.get(purchases, { id })
      if (!purchase) return
      const next =
        purchase.state === 'pending' ? 'reserved' : purchaseTransitions[purchase.state][0]
      const to = taken.to === 'next' ? (next ?? 'completed') : taken.to
      const lines = to === 'reserved' ? reservedLines(purchase) : []
      const claim = purchase.claim - taken.behindBy
      const outcome = await this.world.apply(advance(id, to, { claim, lines }))
      if (taken.behindBy > 0) expect(outcome).toMatchObject({ ok: false, code: 'STALE_CLAIM' })
    }

    checkInvariants(): void {
      const all = this.world.tables.all(purchases)
      const bought = all.filter(({ state }) => state === 'completed').flatMap(({ lines }) => lines)
      const units = bought.reduce((sum, { quantity }) => sum + quantity, 0)
      expect(this.world.tables.all(accounts)[0]?.items_purchased).toBe(units)
      for (const cart of this.world.tables.all(carts)) {
        const open = all.filter((p) => p.token_hash === cart.token_hash && isOpen(p.state))
        expect(open.map(({ id }) => id)).toEqual(cart.locked_by === null ? [] : [cart.locked_by])
      }
      for (const { id, state, transitions } of all) {
        const states = transitions.map((transition) => transition.state)
        expect(states.at(-1)).toBe(state)
        states.slice(1).forEach((to, at) => {
          expect(isLegalTransition(states[at] ?? 'failed', to)).toBe(true)
        })
        if (this.ended.has(id)) expect(state).toBe(this.ended.get(id))
        if (!isOpen(state)) this.ended.set(id, state)
      }
    }
  }
})
