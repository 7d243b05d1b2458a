/** The state's rows as messages of products.proto, where enumerations are in capitals. */
import { itemId } from '../common/ids.ts'
import type { ItemView, ReservationView } from './commands/command.ts'
import type {
  Item,
  ItemList,
  ItemReply,
  ReservationReply,
  SaleList,
  SellerRating,
} from './gen/index.ts'
import type { SalePage } from './queries.ts'
import type { ItemPage } from './search.ts'
import type { ReservationRow, SellerRow } from './tables.ts'

/** `currency`: the deployment's. The state holds amounts only, there is no other. */
export function itemMessage(item: ItemView, currency: string): Item {
  return {
    id: itemId(item.category, item.serial),
    sellerId: item.seller_id,
    name: item.name,
    category: item.category,
    keywords: [...item.keywords],
    condition: item.condition === 'new' ? 'NEW' : 'USED',
    price: { amount: item.price, currency },
    quantity: item.quantity,
    up: item.up,
    down: item.down,
    version: item.version,
    createdAtMs: item.created_at_ms,
  }
}

export function itemReply(item: ItemView, currency: string, replayed: boolean): ItemReply {
  return { item: itemMessage(item, currency), replayed }
}

export function itemList({ items, nextCursor }: ItemPage, currency: string): ItemList {
  return { items: items.map((item) => itemMessage(item, currency)), nextCursor }
}

const states = {
  held: 'HELD',
  confirmed: 'CONFIRMED',
  released: 'RELEASED',
} as const satisfies Record<ReservationRow['state'], string>

export function reservationReply(
  { state, lines }: ReservationView,
  currency: string,
  replayed: boolean,
): ReservationReply {
  return {
    state: states[state],
    lines: lines.map(({ category, serial, sellerId, name, quantity, price }) => ({
      itemId: itemId(category, serial),
      sellerId,
      name,
      quantity,
      price: { amount: price, currency },
    })),
    replayed,
  }
}

export function saleList({ sales, nextCursor }: SalePage, currency: string): SaleList {
  return {
    sales: sales.map((sale) => ({
      purchaseId: sale.purchase_id,
      itemId: itemId(sale.category, sale.serial),
      name: sale.name,
      quantity: sale.quantity,
      price: { amount: sale.price, currency },
      soldAtMs: sale.sold_at_ms,
    })),
    nextCursor,
  }
}

export function sellerRating(seller: SellerRow): SellerRating {
  const { seller_id: sellerId, up, down, items_sold: itemsSold } = seller
  return { sellerId, up, down, itemsSold }
}
