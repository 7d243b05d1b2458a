/**
 * What can be asked of the products' state, besides search.ts, after a barrier (see
 * replication/replica/reads.ts): rows that are in memory, else plain SQL on a read connection.
 * Statements are named: each connection plans them once.
 */
import type { Pool } from 'pg'
import { cutPage, type ReadSource, selectRows } from '../platform/postgres/rows.ts'
import type { ItemView } from './commands/command.ts'
import { encodeCursor } from './cursor.ts'
import { itemColumns } from './item-columns.ts'
import type { GetItems, ListSales, ListSellerItems } from './read-requests.ts'
import type { ItemPage } from './search.ts'
import { items as itemsTable, type SaleRow, type SellerRow, sellers } from './tables.ts'

/** In the order of the ids, each once; ids of no item, or of another seller's, are left out. */
export async function findItems(source: ReadSource, request: GetItems): Promise<ItemView[]> {
  const wanted = new Map(
    request.items.map(({ id, serial, category }) => [id, { serial, category }]),
  )
  if (wanted.size === 0) return []
  const serials = [...wanted.values()].map(({ serial }) => serial)
  const found = knownItems(source, serials) ?? (await selectItems(source, serials))
  const { sellerId } = request
  const asked = found.filter((item) => sellerId === 0 || item.seller_id === sellerId)
  const bySerial = new Map(asked.map((item) => [item.serial, item]))
  return [...wanted.values()]
    .map(({ serial, category }) => ({ item: bySerial.get(serial), category }))
    .flatMap(({ item, category }) => (item?.category === category ? [item] : []))
}

/** Undefined unless all of them are in memory. */
function knownItems({ rows }: ReadSource, serials: readonly number[]): ItemView[] | undefined {
  const found: ItemView[] = []
  for (const serial of serials) {
    const known = rows.find(itemsTable, { serial })
    if (known === undefined) return undefined
    if (known.row !== undefined) found.push(known.row)
  }
  return found
}

function selectItems({ pool }: ReadSource, serials: readonly number[]): Promise<ItemView[]> {
  const text = `
    SELECT ${itemColumns('items')} FROM state.items WHERE serial = ANY($1::bigint[])`
  return selectRows<ItemView>(pool, 'items', text, [serials])
}

/** Newest first, sold out or not. */
export async function listSellerItems(
  pool: Pool,
  { filters, before, limit }: ListSellerItems,
): Promise<ItemPage> {
  const available = {
    ALL: 'true',
    ON_SALE: 'quantity > 0',
    SOLD_OUT: 'quantity = 0',
  }[filters.availability]
  const text = `
    SELECT ${itemColumns('items')} FROM state.items
    WHERE seller_id = $1 AND serial < $2 AND ${available}
    ORDER BY serial DESC LIMIT $3`
  const values = [filters.sellerId, before, limit + 1]
  const found = await selectRows<ItemView>(
    pool,
    `seller's items ${filters.availability}`,
    text,
    values,
  )
  const { page: items, last } = cutPage(found, limit)
  return { items, nextCursor: last ? encodeCursor(filters, [last.serial]) : '' }
}

export type SalePage = { readonly sales: readonly SaleRow[]; readonly nextCursor: string }

/** Newest first. */
export async function listSales(
  pool: Pool,
  { filters, before, limit }: ListSales,
): Promise<SalePage> {
  const text = `
    SELECT * FROM state.sales
    WHERE seller_id = $1 AND sale_serial < $2
    ORDER BY sale_serial DESC LIMIT $3`
  const found = await selectRows<SaleRow>(pool, 'sales', text, [filters.salesOf, before, limit + 1])
  const { page: sales, last } = cutPage(found, limit)
  return { sales, nextCursor: last ? encodeCursor(filters, [last.sale_serial]) : '' }
}

/** Zeros for a seller of whom nothing has been sold or said. */
export async function findSeller({ pool, rows }: ReadSource, sellerId: number): Promise<SellerRow> {
  const known = rows.find(sellers, { seller_id: sellerId })
  if (known !== undefined) return known.row ?? nothingOf(sellerId)
  const text = 'SELECT * FROM state.sellers WHERE seller_id = $1'
  const [seller] = await selectRows<SellerRow>(pool, 'seller', text, [sellerId])
  return seller ?? nothingOf(sellerId)
}

function nothingOf(sellerId: number): SellerRow {
  return { seller_id: sellerId, up: 0, down: 0, items_sold: 0 }
}
