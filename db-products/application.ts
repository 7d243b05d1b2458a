/**
 * The products group's state machine: what SqlStateMachine is given. It must not know how commands
 * are ordered, nor when a transaction begins or ends.
 */
import { readFileSync } from 'node:fs'
import { unreachable } from '../common/assert.ts'
import type { Outcome } from '../common/errors.ts'
import { assetPath } from '../platform/assets.ts'
import type { TableSession } from '../platform/postgres/tables.ts'
import type { Application } from '../replication/state-machine/application.ts'
import { changePrice, changeUnits, createItem } from './apply/items.ts'
import { confirm, release, reserve } from './apply/reservations.ts'
import { serialCounters } from './apply/serials.ts'
import { vote } from './apply/votes.ts'
import type { ProductsCommand } from './commands/command.ts'
import { bought, counters, items, reservations, sellers } from './tables.ts'

export function productsApplication(): Application<ProductsCommand> {
  return {
    schemaSql: readFileSync(assetPath('db-products/schema.sql'), 'utf8'),
    prefetch,
    apply,
    // Nothing here expires: reservations have no timer, tombstones stay.
    groupTimeMoved: async () => {},
  }
}

export function apply(
  body: ProductsCommand,
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<unknown>> {
  switch (body.type) {
    case 'createItem':
      return createItem(body, tables, groupTimeMs)
    case 'changePrice':
      return changePrice(body, tables)
    case 'changeUnits':
      return changeUnits(body, tables)
    case 'vote':
      return vote(body, tables)
    case 'reserve':
      return reserve(body, tables, groupTimeMs)
    case 'confirm':
      return confirm(body, tables, groupTimeMs)
    case 'release':
      return release(body, tables, groupTimeMs)
    default:
      return unreachable(body)
  }
}

/** Two rounds: what the commands name, then what those rows name (sellers, and lines to settle). */
async function prefetch(bodies: readonly ProductsCommand[], tables: TableSession): Promise<void> {
  const named = new Touched()
  for (const body of bodies) named.addNamedBy(body)
  await named.load(tables)

  const found = new Touched()
  for (const body of bodies) await found.addFoundBy(body, tables)
  await found.load(tables)
}

/** The keys that a batch touches, each once. */
class Touched {
  readonly #serials = new Set<number>()
  readonly #purchaseIds = new Set<string>()
  readonly #sellerIds = new Set<number>()
  readonly #bought = new Map<string, { buyer_id: number; serial: number }>()
  readonly #drawn = new Set<keyof typeof serialCounters>()

  addNamedBy(body: ProductsCommand): void {
    switch (body.type) {
      case 'createItem':
        this.#drawn.add('item')
        return
      case 'changePrice':
      case 'changeUnits':
        this.#serials.add(body.item.serial)
        return
      case 'vote':
        this.#serials.add(body.item.serial)
        this.#addBought(body.buyerId, body.item.serial)
        return
      case 'reserve':
        this.#purchaseIds.add(body.purchaseId)
        for (const line of body.lines) this.#serials.add(line.item.serial)
        return
      case 'confirm':
        this.#drawn.add('sale')
        this.#purchaseIds.add(body.purchaseId)
        return
      case 'release':
        this.#purchaseIds.add(body.purchaseId)
        return
      default:
        unreachable(body)
    }
  }

  async addFoundBy(body: ProductsCommand, tables: TableSession): Promise<void> {
    if (body.type === 'vote') {
      const item = await tables.get(items, { serial: body.item.serial })
      if (item !== undefined) this.#sellerIds.add(item.seller_id)
    }
    if (body.type !== 'confirm' && body.type !== 'release') return
    const reservation = await tables.get(reservations, { purchase_id: body.purchaseId })
    if (reservation?.state !== 'held') return
    for (const { serial, sellerId } of reservation.lines) {
      this.#serials.add(serial)
      if (body.type === 'release' || reservation.buyer_id === null) continue
      this.#sellerIds.add(sellerId)
      this.#addBought(reservation.buyer_id, serial)
    }
  }

  /** Sent together: the answers come back in one round trip. */
  async load(tables: TableSession): Promise<void> {
    const serials = [...this.#serials].map((serial) => ({ serial }))
    const drawn = [...this.#drawn].map((of) => serialCounters[of])
    const purchases = [...this.#purchaseIds].map((purchase_id) => ({ purchase_id }))
    const sellerKeys = [...this.#sellerIds].map((seller_id) => ({ seller_id }))
    await Promise.all([
      tables.prefetch(counters, drawn),
      tables.prefetch(items, serials),
      tables.prefetch(reservations, purchases),
      tables.prefetch(sellers, sellerKeys),
      tables.prefetch(bought, [...this.#bought.values()]),
    ])
  }

  #addBought(buyerId: number, serial: number): void {
    this.#bought.set(`${buyerId}-${serial}`, { buyer_id: buyerId, serial })
  }
}
