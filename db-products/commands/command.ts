/**
 * Every command of the products group, and what each answers when it succeeds. All of it is JSON.
 */
import type { ItemCondition, ItemRow, ReservationRow } from '../tables.ts'

/**
 * An item id taken apart. The serial alone is unique; an id with another category names nothing.
 */
export type ItemReference = { readonly category: number; readonly serial: number }

export type CreateItem = {
  readonly type: 'createItem'
  readonly sellerId: number
  readonly name: string
  readonly category: number
  readonly keywords: readonly string[]
  /** The keywords, case-folded, without repetitions. */
  readonly foldedKeywords: readonly string[]
  /** Name and keywords, case-folded: what similarity is measured against. */
  readonly searchText: string
  readonly condition: ItemCondition
  readonly price: number
  readonly quantity: number
}

export type ChangePrice = {
  readonly type: 'changePrice'
  readonly sellerId: number
  readonly item: ItemReference
  readonly price: number
  /** The version that the seller has seen; 0: any. */
  readonly ifVersion: number
}

export type ChangeUnits = {
  readonly type: 'changeUnits'
  readonly sellerId: number
  readonly item: ItemReference
  /** Units added, or taken away when negative. */
  readonly change: number
  readonly ifVersion: number
}

export type Vote = {
  readonly type: 'vote'
  readonly buyerId: number
  readonly item: ItemReference
  readonly vote: 'up' | 'down'
}

export type ReserveLine = {
  readonly item: ItemReference
  readonly quantity: number
  /** The highest price per unit that the buyer has agreed to. */
  readonly ceiling: number
}

export type Reserve = {
  readonly type: 'reserve'
  readonly purchaseId: string
  readonly buyerId: number
  /** Of all prices, for the refusals that name some. */
  readonly currency: string
  /** At least one, by serial, each item once. */
  readonly lines: readonly ReserveLine[]
}

export type Confirm = { readonly type: 'confirm'; readonly purchaseId: string }

export type Release = { readonly type: 'release'; readonly purchaseId: string }

export type ProductsCommand =
  | CreateItem
  | ChangePrice
  | ChangeUnits
  | Vote
  | Reserve
  | Confirm
  | Release

/**
 * What a stored result holds of an item: enough for the answer, nothing about others' reservations.
 */
export type ItemView = Omit<ItemRow, 'folded_keywords' | 'search_text' | 'held'>

export type ReservationView = Pick<ReservationRow, 'state' | 'lines'>

/** The value of a successful outcome, by the command's type. */
export type ValueOf<Command extends ProductsCommand> = Command extends
  | CreateItem
  | ChangePrice
  | ChangeUnits
  | Vote
  ? ItemView
  : ReservationView
