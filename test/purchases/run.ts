/** One run of a scenario: the same scenario gives the same run. */
import { startResumer } from '../../buyer/purchase/model/resumer.ts'
import { LATEST_MS, ModelServer } from '../../buyer/purchase/model/network.ts'
import { isTransient } from '../../buyer/purchase/persistence.ts'
import { purchaseIn } from '../../buyer/purchase/services.ts'
import { settle } from '../../buyer/purchase/settle.ts'
import { ANSWER_WITHIN_MS, CLAIM_SECONDS, STAY_WITH_MS } from '../../buyer/purchase/timing.ts'
import { assert } from '../../common/assert.ts'
import { AppError } from '../../common/errors.ts'
import type { ItemId } from '../../common/ids.ts'
import { isOpen } from '../../common/purchase-states.ts'
import { purchases } from '../../db-customers/tables.ts'
import type { AccountOutcome } from '../../db-customers/apply/outcomes.ts'
import { items } from '../../db-products/tables.ts'
import type { PlantedBug } from './bugs.ts'
import type { Cart, Edit, Request, Scenario } from './scenario.ts'
import { type Told, verdict } from './verdict.ts'
import { category, idOf } from './watch.ts'
import { createWorld, faultsUntilMs, type World } from './world.ts'

/** When the last late message has arrived, and P12's time has passed. */
const allSettledByMs = faultsUntilMs + LATEST_MS + 30_000
const sellerId = 1
const buyers = 3

export type Run = {
  readonly problems: readonly string[]
  /** How each purchase ended: `completed`, a failure's code, or the open state. */
  readonly endings: readonly string[]
}

export type RunOptions = { readonly bug?: PlantedBug; readonly untilMs?: number }

export async function run(scenario: Scenario, options: RunOptions = {}): Promise<Run> {
  const cartOf = (purchaseId: string) => scenario.carts[Number(purchaseId.split('-')[1])]
  const isCardGood = (purchaseId: string) => cartOf(purchaseId)?.isCardGood ?? false
  const world = createWorld(scenario, isCardGood, options.bug)
  const { time } = world.lines
  const told: Told[] = []
  const complain = (problem: unknown) => world.watch.complain(String(problem))
  const accountIds = await populate(world, scenario)
  for (const edit of scenario.edits) time.after(edit.atMs, () => void edited(world, edit))
  for (const [index, cart] of scenario.carts.entries()) {
    const buyerId = accountIds[cart.buyer % buyers] ?? 1
    await logIn(world, index, buyerId)
    time.after(cart.filledAtMs, () => void fill(world, index, cart))
    const openedAtMs = cart.filledAtMs + cart.boughtAfterMs
    for (const [n, request] of cart.requests.entries()) {
      const begin = () => buy(world, { index, n, request }, told)
      time.after(openedAtMs + request.afterMs, () => void begin().catch(complain))
    }
    if (cart.changedAfterMs !== undefined) {
      time.after(openedAtMs + cart.changedAfterMs, () => void putIn(world, index, 1, 1))
    }
  }
  for (const diesAfter of scenario.resumers) {
    startResumer(world.lines, diesAfter, world.servicesFrom, complain)
  }
  await untilSettled(world, scenario, options.untilMs ?? allSettledByMs)
  const endings = world.customers.tables
    .all(purchases)
    .map(({ state, failure_code }) => failure_code ?? state)
  return { problems: [...world.watch.problems, ...verdict(world, told)], endings }
}

/** Up to `untilMs`, or until all has come to its end and nothing that could change it is on its way. */
async function untilSettled(world: World, scenario: Scenario, untilMs: number): Promise<void> {
  const { time } = world.lines
  const isCalm = scenario.mishapRate === 0 && scenario.outages.length === 0
  const begunByMs = Math.max(
    ...scenario.carts.flatMap(({ filledAtMs, boughtAfterMs, requests }) =>
      requests.map(({ afterMs }) => filledAtMs + boughtAfterMs + afterMs),
    ),
  )
  const lastMs = begunByMs + (isCalm ? ANSWER_WITHIN_MS : ANSWER_WITHIN_MS + LATEST_MS)
  for (let atMs = Math.min(lastMs, untilMs); ; atMs = Math.min(atMs + 5_000, untilMs)) {
    await time.run(atMs)
    const isOver = world.customers.tables.all(purchases).every(({ state }) => !isOpen(state))
    if (isOver || atMs === untilMs) return
  }
}

/** Items and accounts. Resolves with the accounts' ids. */
async function populate(world: World, { items: stock }: Scenario): Promise<number[]> {
  for (const { quantity, price } of stock) {
    await world.products.apply({
      type: 'createItem',
      sellerId,
      name: 'thing',
      category,
      keywords: [],
      foldedKeywords: [],
      searchText: 'thing',
      condition: 'new',
      price,
      quantity,
    })
  }
  const ids: number[] = []
  for (let n = 0; n < buyers; n += 1) {
    const username = `buyer${n}`
    const outcome = await world.customers.apply({
      type: 'createAccount',
      role: 'buyer',
      username,
      usernameKey: username,
      name: username,
      passwordHash: '$argon2id$',
      address: '',
      limit: 0,
      windowSeconds: 60,
    })
    assert(outcome.ok, 'an account is created')
    ids.push((outcome.value as AccountOutcome).id)
  }
  return ids
}

/** Of the session of the cart with this index. */
const tokenOf = (index: number): Buffer => Buffer.alloc(32, index + 1)

async function logIn({ customers }: World, index: number, accountId: number): Promise<void> {
  const tokenHash = tokenOf(index).toString('hex')
  const session = { role: 'buyer', accountId, tokenHash, idleTimeoutSeconds: 300 } as const
  await customers.apply({ type: 'createSession', ...session })
}

async function fill(world: World, index: number, { lines, isSaved }: Cart): Promise<void> {
  for (const { item, quantity } of lines) await putIn(world, index, item + 1, quantity)
  const tokenHash = tokenOf(index).toString('hex')
  if (isSaved) await world.customers.apply({ type: 'saveCart', tokenHash })
}

/** At the price that it has now; refused when there are too few, or when the cart is being bought. */
async function putIn(world: World, index: number, serial: number, quantity: number) {
  const item = world.products.tables.all(items).find((row) => row.serial === serial)
  if (item === undefined) return
  await world.customers.apply({
    type: 'addToCart',
    tokenHash: tokenOf(index).toString('hex'),
    itemId: idOf(serial) as ItemId,
    quantity,
    price: { amount: item.price, currency: 'USD' },
    available: item.quantity,
  })
}

async function edited({ products }: World, { item, what, by }: Edit): Promise<void> {
  const row = products.tables.all(items).find(({ serial }) => serial === item + 1)
  if (row === undefined) return
  const about = { sellerId, item: { category, serial: row.serial }, ifVersion: 0 }
  await products.apply(
    what === 'units'
      ? { type: 'changeUnits', ...about, change: by }
      : { type: 'changePrice', ...about, price: Math.max(1, row.price + by) },
  )
}

type Buying = { readonly index: number; readonly n: number; readonly request: Request }

/** As a buyer server serves POST /v1/purchases, without the HTTP. */
async function buy(world: World, { index, n, request }: Buying, told: Told[]): Promise<void> {
  const { time, random } = world.lines
  const purchaseId = `p-${index}-${request.key}`
  const server = new ModelServer(`buyer-${index}-${n}`, time, request.diesAfter)
  const claimedBy = server.name
  const opening = {
    context: { requestId: `open-${purchaseId}`, fingerprint: '', keepForADay: true },
    tokenHash: tokenOf(index),
    purchaseId,
    cardLast4: '4242',
    claimedBy,
    claimSeconds: CLAIM_SECONDS,
  }
  const answerBy = { atUnixMs: server.nowMs() + ANSWER_WITHIN_MS }
  try {
    const reply = await world.customersFrom(server).openPurchase(opening, { deadline: answerBy })
    const settled = await settle({
      purchase: purchaseIn(reply),
      claimedBy,
      card: { name: 'A', number: '4242424242424242', expiration: '12/99', securityCode: '123' },
      services: world.servicesFrom(server),
      patience: { clock: server, random },
      report: () => undefined,
      deadline: { atUnixMs: server.nowMs() + STAY_WITH_MS, requestId: claimedBy },
    })
    if (settled === undefined) return
    told.push({ purchaseId, code: settled.failure?.code ?? 'completed' })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    // Refused before there was a purchase, or not known to be one.
    const isRefusal = error.code === 'CART_EMPTY' || error.code === 'PURCHASE_IN_PROGRESS'
    if (!isRefusal && !isTransient(error)) throw error
  }
}
