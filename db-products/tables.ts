/**
 * The rows of schema.sql as apply code sees them. Keep both in step: the integration test reads and
 * writes every table through these.
 */
import { defineTable } from '../platform/postgres/tables.ts'

export type ItemCondition = 'new' | 'used'

export type CounterRow = { name: string; value: number }

export const counters = defineTable<CounterRow>()({
  name: 'state.counters',
  key: ['name'],
  columns: { name: 'text', value: 'bigint' },
})

export type ItemRow = {
  serial: number
  category: number
  seller_id: number
  name: string
  keywords: readonly string[]
  folded_keywords: readonly string[]
  search_text: string
  condition: ItemCondition
  /** Minor units of the deployment's currency. */
  price: number
  /** Units for sale. */
  quantity: number
  /** Units reserved and not settled; not part of `quantity`. */
  held: number
  up: number
  down: number
  /** Counts the seller's edits, from 1. */
  version: number
  created_at_ms: number
}

export const items = defineTable<ItemRow>()({
  name: 'state.items',
  key: ['serial'],
  columns: {
    serial: 'bigint',
    category: 'integer',
    seller_id: 'bigint',
    name: 'text',
    keywords: 'jsonb',
    folded_keywords: 'jsonb',
    search_text: 'text',
    condition: 'text',
    price: 'bigint',
    quantity: 'bigint',
    held: 'bigint',
    up: 'bigint',
    down: 'bigint',
    version: 'bigint',
    created_at_ms: 'bigint',
  },
})

export type SellerRow = { seller_id: number; up: number; down: number; items_sold: number }

export const sellers = defineTable<SellerRow>()({
  name: 'state.sellers',
  key: ['seller_id'],
  columns: { seller_id: 'bigint', up: 'bigint', down: 'bigint', items_sold: 'bigint' },
})

export type ReservationLine = {
  readonly serial: number
  readonly category: number
  readonly sellerId: number
  readonly name: string
  readonly quantity: number
  /** Per unit, what is to be paid. */
  readonly price: number
}

export type ReservationRow = {
  purchase_id: string
  state: 'held' | 'confirmed' | 'released'
  /** Null in a tombstone. */
  buyer_id: number | null
  /** By serial; empty in a tombstone. */
  lines: readonly ReservationLine[]
  changed_at_ms: number
}

export const reservations = defineTable<ReservationRow>()({
  name: 'state.reservations',
  key: ['purchase_id'],
  columns: {
    purchase_id: 'text',
    state: 'text',
    buyer_id: 'bigint',
    lines: 'jsonb',
    changed_at_ms: 'bigint',
  },
})

export type SaleRow = {
  /** The order in which units were sold. */
  sale_serial: number
  purchase_id: string
  serial: number
  category: number
  seller_id: number
  buyer_id: number
  name: string
  quantity: number
  /** Per unit, as paid. */
  price: number
  sold_at_ms: number
}

export const sales = defineTable<SaleRow>()({
  name: 'state.sales',
  key: ['sale_serial'],
  columns: {
    sale_serial: 'bigint',
    purchase_id: 'text',
    serial: 'bigint',
    category: 'integer',
    seller_id: 'bigint',
    buyer_id: 'bigint',
    name: 'text',
    quantity: 'bigint',
    price: 'bigint',
    sold_at_ms: 'bigint',
  },
})

export type BoughtRow = { buyer_id: number; serial: number; vote: 'up' | 'down' | null }

export const bought = defineTable<BoughtRow>()({
  name: 'state.bought',
  key: ['buyer_id', 'serial'],
  columns: { buyer_id: 'bigint', serial: 'bigint', vote: 'text' },
})
