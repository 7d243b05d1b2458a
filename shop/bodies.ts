/** What both servers answer with, and the clients read. Types only. */
import type { Money } from '../common/money.ts'

export type AccountBody = {
  readonly id: number
  readonly username: string
  readonly name: string
  /** ISO 8601. */
  readonly createdAt: string
}

export type SessionBody = {
  readonly token: string
  readonly account: AccountBody
  /** The session ends after so long without a call. */
  readonly idleTimeoutSeconds: number
}

export type ItemBody = {
  readonly id: string
  readonly sellerId: number
  readonly name: string
  readonly category: number
  readonly keywords: readonly string[]
  readonly condition: 'new' | 'used'
  readonly price: Money
  readonly quantity: number
  readonly feedback: { readonly up: number; readonly down: number }
  readonly createdAt: string
}

export type RatingBody = {
  readonly sellerId: number
  readonly up: number
  readonly down: number
  readonly itemsSold: number
}

export type PageBody<Entry> = {
  readonly items: readonly Entry[]
  /** Path and query of the next page. */
  readonly next: string | null
}

export type AccountRequest = {
  readonly username: string
  readonly password: string
  /** The username when left out. */
  readonly name?: string
}

export type LoginRequest = { readonly username: string; readonly password: string }

export type PageQuery = { readonly limit?: number }
