/** What must hold once a run is over and all is settled: the rules of docs/domain.md as sentences. */
import type { ErrorCode } from '../../common/errors.ts'
import { isLegalTransition, isOpen } from '../../common/purchase-states.ts'
import { accounts, type PurchaseRow, purchases } from '../../db-customers/tables.ts'
import { bought, items, reservations, sales, sellers } from '../../db-products/tables.ts'
import { idOf, unitsOf } from './watch.ts'
import type { World } from './world.ts'

/** What a client was told about a purchase of its cart; `code` of a refusal. */
export type Told = { readonly purchaseId: string; readonly code: ErrorCode | 'completed' }

/** Ways in which a purchase may fail. */
const failures: ReadonlySet<string> = new Set([
  'OUT_OF_STOCK',
  'PRICE_CHANGED',
  'PAYMENT_DECLINED',
  'PURCHASE_ABANDONED',
])

export function verdict(world: World, told: readonly Told[]): readonly string[] {
  const problems: string[] = []
  const expect = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem)
  }
  const rows = world.customers.tables.all(purchases)
  for (const row of rows) checkPurchase(world, row, expect)
  checkCounts(world, rows, expect)
  checkTold(rows, told, expect)
  const references = new Set(rows.map(({ id }) => id))
  for (const [reference, { answer }] of world.payments.ledger) {
    const hasPurchase = references.has(reference)
    expect(hasPurchase, `P3: payment ${reference} (${answer.kind}) belongs to no purchase`)
  }
  return problems
}

type Expect = (holds: boolean, problem: string) => void

function checkPurchase({ payments, products, watch }: World, row: PurchaseRow, expect: Expect) {
  const { id, state, lines, total, transitions } = row
  expect(!isOpen(state), `P12: ${id} is still ${state}`)
  const cart = watch.opened(id)?.lines ?? []
  const wanted = cart.map(({ itemId, quantity }) => `${quantity} ${itemId}`).join()
  const got = lines.map(({ itemId, quantity }) => `${quantity} ${itemId}`).join()
  expect(got === wanted, `P1: ${id} has ${got}, the cart had ${wanted}`)
  const states = transitions.map((transition) => transition.state)
  const isLegal = states.every((to, n) => n === 0 || isLegalTransition(states[n - 1] ?? to, to))
  expect(isLegal, `${id} went ${states.join(', ')}`)

  const payment = payments.ledger.get(id)
  const reservation = products.tables.all(reservations).find((one) => one.purchase_id === id)
  const isPaid = payment?.answer.kind === 'approved'
  const sold = products.tables.all(sales).filter((sale) => sale.purchase_id === id)
  if (state === 'completed') {
    const sum = lines.reduce((all, { price, quantity }) => all + (price?.amount ?? 0) * quantity, 0)
    expect(isPaid, `P3: ${id} is completed, its payment ${payment?.answer.kind ?? 'unknown'}`)
    expect(payment?.amount === total.amount, `P3: ${id} paid ${payment?.amount} of ${total.amount}`)
    expect(sum === total.amount, `P14: ${id} shows a total of ${total.amount}, its lines ${sum}`)
    expect(reservation?.state === 'confirmed', `P2: ${id} completed, ${reservation?.state}`)
    const inSales = sold.map((sale) => `${sale.quantity} ${idOf(sale.serial)} ${sale.price}`).sort()
    const inLines = lines.map((line) => `${line.quantity} ${line.itemId} ${line.price?.amount}`)
    const agree = inSales.join() === inLines.sort().join()
    expect(agree, `I7: ${id} bought ${inLines}, sold ${inSales}`)
  } else {
    expect(!isPaid, `P3: ${id} is ${state}, and paid`)
    expect(reservation?.state !== 'held', `P8: ${id} is ${state}, its units are set aside`)
    expect(sold.length === 0, `P2: ${id} is ${state}, its units are sold`)
    const { failure_code: code } = row
    expect(code !== null && failures.has(code), `${id} is ${state} because of ${code}`)
    const refused = code === 'OUT_OF_STOCK' || code === 'PRICE_CHANGED'
    expect(!refused || payment === undefined, `P9: ${id} failed with ${code}, and was charged`)
  }
}

/** P15, F1. */
function checkCounts(world: World, rows: readonly PurchaseRow[], expect: Expect) {
  const { customers, products, payments } = world
  const completed = rows.filter(({ state }) => state === 'completed')
  for (const { id, items_purchased } of customers.tables.all(accounts)) {
    const own = unitsOf(completed.filter((row) => row.buyer_id === id).flatMap((row) => row.lines))
    expect(items_purchased === own, `P15: buyer ${id} bought ${own}, counted ${items_purchased}`)
  }
  const all = unitsOf(completed.flatMap(({ lines }) => lines))
  const counted = products.tables.all(sellers)[0]?.items_sold ?? 0
  expect(counted === all, `P15: ${all} units sold, counted ${counted}`)
  for (const { serial, held } of products.tables.all(items)) {
    expect(held === 0, `P8: ${held} units of item ${serial} are held for ever`)
  }
  const pairs = new Set(
    completed.flatMap((row) => row.lines.map(({ itemId }) => `${row.buyer_id} ${itemId}`)),
  )
  const known = products.tables.all(bought).map((row) => `${row.buyer_id} ${idOf(row.serial)}`)
  expect(
    known.sort().join() === [...pairs].sort().join(),
    `F1: bought were ${[...pairs]}, known ${known}`,
  )
  const voided = [...payments.ledger.values()].filter(({ answer }) => answer.kind === 'voided')
  const charged = payments.approvals()
  const most = completed.length + voided.length
  expect(charged <= most, `P4: charged ${charged} times for ${completed.length} purchases`)
}

/** What a client was told stays so, whoever else asks. */
function checkTold(rows: readonly PurchaseRow[], told: readonly Told[], expect: Expect) {
  for (const { purchaseId, code } of told) {
    const row = rows.find(({ id }) => id === purchaseId)
    const recorded = row?.state === 'completed' ? 'completed' : row?.failure_code
    expect(code === recorded, `P4: ${purchaseId} was told ${code}, recorded is ${recorded}`)
  }
}
