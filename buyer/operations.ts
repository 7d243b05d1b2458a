/** All that a buyer can do, besides accounts and sessions. */
import type { Account__Output } from '../db-customers/api.ts'
import type { Api } from '../platform/http/api.ts'
import { accountBody } from '../shop/wire.ts'
import type { BuyerBody } from './bodies.ts'
import { addCartOperations } from './cart.ts'
import { addCatalogOperations } from './catalog.ts'
import { addPurchaseOperations, type PurchaseOptions } from './purchases.ts'

export function addBuyerOperations(api: Api, options: PurchaseOptions): void {
  addCatalogOperations(api, options)
  addCartOperations(api, options)
  addPurchaseOperations(api, options)
}

export function buyerBody(account: Account__Output): BuyerBody {
  return { ...accountBody(account), itemsPurchased: account.itemsPurchased }
}
