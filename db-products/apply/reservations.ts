/**
 * A purchase's units: held → confirmed or released, keyed by purchase id, every step idempotent.
 * Units leave `quantity` when they are reserved, so none is promised twice, and no timer gives them
 * back: only confirm or release ends a reservation.
 */
import { assert } from '../../common/assert.ts'
import { type Outcome, refuse, succeed } from '../../common/errors.ts'
import { type ItemId, itemId } from '../../common/ids.ts'
import type { Money } from '../../common/money.ts'
import type { TableSession } from '../../platform/postgres/tables.ts'
import type {
  Confirm,
  Release,
  ReservationView,
  Reserve,
  ReserveLine,
} from '../commands/command.ts'
import {
  bought,
  type ItemRow,
  items,
  type ReservationLine,
  type ReservationRow,
  reservations,
  sales,
} from '../tables.ts'
import { findItem, itemNotFound } from './items.ts'
import { countForSeller } from './sellers.ts'
import { drawSerial } from './serials.ts'

/** Named in a refusal: it must fit into a call's trailing metadata, beside everything else. */
const REFUSED_LINES_MAX = 50

type Wanted = { readonly line: ReserveLine; readonly item: ItemRow }

/** All lines or none. A repeat finds what the first one made, whatever has become of it since. */
export async function reserve(
  command: Reserve,
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<ReservationView>> {
  const earlier = await tables.get(reservations, { purchase_id: command.purchaseId })
  if (earlier?.state === 'released') return refuse('PURCHASE_ABANDONED')
  if (earlier !== undefined) return succeed(viewOf(earlier))

  const wanted: Wanted[] = []
  for (const line of command.lines) {
    const item = await findItem(line.item, tables)
    if (item === undefined) return itemNotFound(line.item)
    wanted.push({ line, item })
  }
  const refusal = refusalOf(wanted, command.currency)
  if (refusal !== undefined) return refusal

  for (const { line, item } of wanted) {
    const quantity = item.quantity - line.quantity
    tables.put(items, { ...item, quantity, held: item.held + line.quantity })
  }
  const reservation: ReservationRow = {
    purchase_id: command.purchaseId,
    state: 'held',
    buyer_id: command.buyerId,
    lines: wanted.map(reservedLine),
    changed_at_ms: groupTimeMs,
  }
  tables.put(reservations, reservation)
  return succeed(viewOf(reservation))
}

/** What is not there goes before what costs more: the buyer cannot agree to a price for it. */
function refusalOf(wanted: readonly Wanted[], currency: string): Outcome<never> | undefined {
  const refuseFor = (code: 'OUT_OF_STOCK' | 'PRICE_CHANGED', lines: readonly Wanted[]) =>
    refuse(code, {
      details: {
        lines: lines.slice(0, REFUSED_LINES_MAX).map(({ item }) => presentState(item, currency)),
      },
    })
  const short = wanted.filter(({ line, item }) => item.quantity < line.quantity)
  if (short.length > 0) return refuseFor('OUT_OF_STOCK', short)
  const risen = wanted.filter(({ line, item }) => item.price > line.ceiling)
  if (risen.length > 0) return refuseFor('PRICE_CHANGED', risen)
  return undefined
}

type PresentState = { readonly itemId: ItemId; readonly available: number; readonly price: Money }

function presentState(item: ItemRow, currency: string): PresentState {
  return {
    itemId: itemId(item.category, item.serial),
    available: item.quantity,
    price: { amount: item.price, currency },
  }
}

function reservedLine({ line, item }: Wanted): ReservationLine {
  return {
    serial: item.serial,
    category: item.category,
    sellerId: item.seller_id,
    name: item.name,
    quantity: line.quantity,
    price: item.price,
  }
}

/** The units are sold: sales, the sellers' counts, and who has bought what. */
export async function confirm(
  command: Confirm,
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<ReservationView>> {
  const reservation = await tables.get(reservations, { purchase_id: command.purchaseId })
  if (reservation === undefined) return refuse('PURCHASE_NOT_FOUND')
  if (reservation.state === 'confirmed') return succeed(viewOf(reservation))
  if (reservation.state === 'released') return illegal(reservation)

  for (const line of reservation.lines) {
    await settleUnits(line, 'sold', tables)
    await recordSale(reservation, line, tables, groupTimeMs)
  }
  return end(reservation, 'confirmed', tables, groupTimeMs)
}

async function recordSale(
  { purchase_id, buyer_id }: ReservationRow,
  { serial, category, sellerId, name, quantity, price }: ReservationLine,
  tables: TableSession,
  groupTimeMs: number,
): Promise<void> {
  assert(buyer_id !== null, 'a reservation that holds units has a buyer')
  tables.put(sales, {
    sale_serial: await drawSerial('sale', tables),
    purchase_id,
    serial,
    category,
    seller_id: sellerId,
    buyer_id,
    name,
    quantity,
    price,
    sold_at_ms: groupTimeMs,
  })
  // Bought before: the vote given then still counts as the one vote.
  const known = await tables.get(bought, { buyer_id, serial })
  if (known === undefined) tables.put(bought, { buyer_id, serial, vote: null })
  await countForSeller(sellerId, { itemsSold: quantity }, tables)
}

/**
 * The units are for sale again. An unknown purchase is remembered, so that a late reserve is
 * refused.
 */
export async function release(
  command: Release,
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<ReservationView>> {
  const { purchaseId: purchase_id } = command
  const reservation = await tables.get(reservations, { purchase_id })
  if (reservation === undefined) {
    return end({ purchase_id, buyer_id: null, lines: [] }, 'released', tables, groupTimeMs)
  }
  if (reservation.state === 'released') return succeed(viewOf(reservation))
  if (reservation.state === 'confirmed') return illegal(reservation)

  for (const line of reservation.lines) await settleUnits(line, 'returned', tables)
  return end(reservation, 'released', tables, groupTimeMs)
}

async function settleUnits(
  line: ReservationLine,
  fate: 'sold' | 'returned',
  tables: TableSession,
): Promise<void> {
  const item = await findItem(line, tables)
  assert(item !== undefined, 'an item that is reserved exists')
  assert(item.held >= line.quantity, 'an item holds at least what each reservation has of it')
  const quantity = fate === 'returned' ? item.quantity + line.quantity : item.quantity
  tables.put(items, { ...item, quantity, held: item.held - line.quantity })
}

function end(
  reservation: Pick<ReservationRow, 'purchase_id' | 'buyer_id' | 'lines'>,
  state: 'confirmed' | 'released',
  tables: TableSession,
  groupTimeMs: number,
): Outcome<ReservationView> {
  const ended: ReservationRow = { ...reservation, state, changed_at_ms: groupTimeMs }
  tables.put(reservations, ended)
  return succeed(viewOf(ended))
}

function illegal({ state }: ReservationRow): Outcome<never> {
  const message = `The purchase's reservation has been ${state} already`
  return refuse('ILLEGAL_TRANSITION', { message, details: { state } })
}

function viewOf({ state, lines }: ReservationRow): ReservationView {
  return { state, lines }
}
