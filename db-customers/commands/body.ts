/** Every command of the customers group. JSON: it travels and is stored as such. */
import type { CreateAccount, RecordFailedLogin } from './accounts.ts'
import type { AcceptCartPrices, AddToCart, ClearCart, RemoveFromCart, SaveCart } from './carts.ts'
import type { AdvancePurchase, ClaimPurchase, OpenPurchase } from './purchases.ts'
import type { CreateSession, EndSession, TouchSession } from './sessions.ts'

export type Body =
  | CreateAccount
  | RecordFailedLogin
  | CreateSession
  | TouchSession
  | EndSession
  | AddToCart
  | RemoveFromCart
  | ClearCart
  | SaveCart
  | AcceptCartPrices
  | OpenPurchase
  | AdvancePurchase
  | ClaimPurchase
