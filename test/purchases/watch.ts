/**
 * Looks on while a run goes on: after each command that a group applied, and at each charge. What it sees
 * against the rules of docs/domain.md it notes as a sentence.
 */
import type { Outcome } from '../../common/errors.ts'
import { itemId } from '../../common/ids.ts'
import { isOpen } from '../../common/purchase-states.ts'
import type { Body } from '../../db-customers/commands/body.ts'
import {
  type CartLine,
  carts,
  type PurchaseRow,
  purchases,
  savedCarts,
} from '../../db-customers/tables.ts'
import type { ProductsCommand, Reserve } from '../../db-products/commands/command.ts'
import { items, reservations } from '../../db-products/tables.ts'
import type { MemoryTables } from '../../replication/state-machine/memory-tables.ts'

type Tables = { readonly customers: MemoryTables; readonly products: MemoryTables }

/** A cart, and the buyer's saved copy, when its purchase was opened. */
type Opened = { readonly lines: readonly CartLine[] }

export class Watch {
  readonly #tables: () => Tables
  readonly #problems = new Set<string>()
  readonly #opened = new Map<string, Opened>()
  readonly #ended = new Set<string>()
  readonly #reserved = new Set<string>()
  /** Units put up, less those taken away, by serial. */
  readonly #putUp = new Map<number, number>()
  /** Of each buyer, as of the last command. */
  #saved = new Map<number, readonly CartLine[]>()

  constructor(tables: () => Tables) {
    this.#tables = tables
  }

  get problems(): readonly string[] {
    return [...this.#problems]
  }

  /** What the cart held when this purchase of it was opened; undefined: it never was. */
  opened(purchaseId: string): Opened | undefined {
    return this.#opened.get(purchaseId)
  }

  complain(problem: string): void {
    this.#problems.add(problem)
  }

  /** P13: who asks for money has the card. */
  asked(server: string, reference: string): void {
    this.#expect(!server.startsWith('resumer'), `P13: ${server} charged for ${reference}`)
  }

  /** P2, P3, P9: at the moment of approval. */
  charged(reference: string, amount: number): void {
    const held = this.#tables()
      .products.all(reservations)
      .find(({ purchase_id }) => purchase_id === reference)
    this.#expect(held?.state === 'held', `P9: ${reference} charged, its units ${held?.state}`)
    const total = held?.lines.reduce((sum, line) => sum + line.price * line.quantity, 0)
    this.#expect(total === amount, `P3: ${reference} charged ${amount} for units of ${total}`)
  }

  productsApplied(body: ProductsCommand, outcome: Outcome<unknown>): void {
    const rows = this.#tables().products.all(items)
    if (outcome.ok && body.type === 'createItem') {
      const serial = rows.length
      this.#putUp.set(serial, body.quantity)
    }
    if (outcome.ok && body.type === 'changeUnits') {
      const { serial } = body.item
      this.#putUp.set(serial, (this.#putUp.get(serial) ?? 0) + body.change)
    }
    if (outcome.ok && body.type === 'reserve') this.#reservedFirst(body)
    this.#unitsAgree()
  }

  /** P1, P6, P7: all lines, at what they cost now, at most at what was seen. */
  #reservedFirst({ purchaseId, lines }: Reserve): void {
    if (this.#reserved.has(purchaseId)) return
    this.#reserved.add(purchaseId)
    const { products } = this.#tables()
    const found = products.all(reservations).find((row) => row.purchase_id === purchaseId)
    for (const { item, quantity, ceiling } of lines) {
      const line = found?.lines.find(({ serial }) => serial === item.serial)
      this.#expect(line?.quantity === quantity, `P1: ${purchaseId} lacks units of ${item.serial}`)
      if (line === undefined) continue
      const costs = products.all(items).find(({ serial }) => serial === item.serial)?.price
      const about = `${purchaseId} pays ${line.price} for item ${item.serial}`
      this.#expect(line.price <= ceiling, `P6: ${about}, seen at ${ceiling}`)
      this.#expect(line.price === costs, `P7: ${about}, which costs ${costs}`)
    }
  }

  /** P2. */
  #unitsAgree(): void {
    const { products } = this.#tables()
    const lines = (state: string) =>
      products.all(reservations).flatMap((row) => (row.state === state ? row.lines : []))
    for (const { serial, quantity, held } of products.all(items)) {
      const sum = (state: string): number =>
        unitsOf(lines(state).filter((line) => line.serial === serial))
      this.#expect(quantity >= 0, `P2: ${quantity} units of ${serial} are left`)
      this.#expect(
        held === sum('held'),
        `P2: ${held} units of ${serial} held, ${sum('held')} asked`,
      )
      const all = quantity + held + sum('confirmed')
      const putUp = this.#putUp.get(serial)
      this.#expect(all === putUp, `P2: ${putUp} units of ${serial} put up, there are ${all}`)
    }
  }

  customersApplied(body: Body, outcome: Outcome<unknown>): void {
    const { customers } = this.#tables()
    if (body.type === 'openPurchase' && outcome.ok && !this.#opened.has(body.purchaseId)) {
      const cart = customers.all(carts).find((row) => row.token_hash === body.tokenHash)
      this.#opened.set(body.purchaseId, { lines: cart?.lines ?? [] })
    }
    for (const purchase of customers.all(purchases)) {
      if (isOpen(purchase.state)) this.#standsStill(purchase, customers)
      else if (!this.#ended.has(purchase.id)) this.#hasEnded(purchase, customers)
    }
    this.#saved = new Map(customers.all(savedCarts).map((row) => [row.buyer_id, row.lines]))
  }

  /** P5: the cart is this purchase's, and as it was. */
  #standsStill({ id, token_hash }: PurchaseRow, customers: MemoryTables): void {
    const cart = customers.all(carts).find((row) => row.token_hash === token_hash)
    this.#expect(cart?.locked_by === id, `P5: the cart of ${id} is locked by ${cart?.locked_by}`)
    const before = this.#opened.get(id)?.lines ?? []
    this.#expect(same(cart?.lines ?? [], before), `P5: the cart of ${id} has changed meanwhile`)
  }

  /** P5, P8, C8: what becomes of the cart and the saved copy. */
  #hasEnded(purchase: PurchaseRow, customers: MemoryTables): void {
    const { id, state, buyer_id, token_hash } = purchase
    this.#ended.add(id)
    const cart = customers.all(carts).find((row) => row.token_hash === token_hash)
    this.#expect(cart?.locked_by !== id, `P5: ${id} is ${state}, its cart still locked`)
    const before = this.#opened.get(id)?.lines ?? []
    const expected = state === 'completed' ? [] : before
    this.#expect(same(cart?.lines ?? [], expected), `P8, C8: ${id} is ${state}, its cart is wrong`)
    const savedBefore = this.#saved.get(buyer_id) ?? []
    const saved = customers.all(savedCarts).find((row) => row.buyer_id === buyer_id)?.lines ?? []
    const left = state === 'completed' ? without(savedBefore, before) : savedBefore
    this.#expect(same(saved, left), `C8: ${id} is ${state}, the saved cart is wrong`)
  }

  #expect(holds: boolean, problem: string): void {
    if (!holds) this.complain(problem)
  }
}

export function unitsOf(lines: readonly { readonly quantity: number }[]): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0)
}

function same(a: readonly CartLine[], b: readonly CartLine[]): boolean {
  const text = (lines: readonly CartLine[]) =>
    lines.map(({ itemId, quantity, price }) => `${quantity} ${itemId} ${price.amount}`).join()
  return text(a) === text(b)
}

function without(lines: readonly CartLine[], taken: readonly CartLine[]): CartLine[] {
  return lines.flatMap((line) => {
    const units = taken.find(({ itemId }) => itemId === line.itemId)?.quantity ?? 0
    return line.quantity > units ? [{ ...line, quantity: line.quantity - units }] : []
  })
}

/** The item's id for buyers. All items of a run are of one category. */
export function idOf(serial: number): string {
  return itemId(category, serial)
}

export const category = 3
