/**
 * The sellers' ratings and counts of units sold. A seller has no row before the first vote or sale.
 */
import type { TableSession } from '../../platform/postgres/tables.ts'
import { type SellerRow, sellers } from '../tables.ts'

export async function countForSeller(
  sellerId: number,
  added: { readonly up?: number; readonly down?: number; readonly itemsSold?: number },
  tables: TableSession,
): Promise<void> {
  const seller = await tables.get(sellers, { seller_id: sellerId })
  const before: SellerRow = seller ?? { seller_id: sellerId, up: 0, down: 0, items_sold: 0 }
  tables.put(sellers, {
    seller_id: sellerId,
    up: before.up + (added.up ?? 0),
    down: before.down + (added.down ?? 0),
    items_sold: before.items_sold + (added.itemsSold ?? 0),
  })
}
