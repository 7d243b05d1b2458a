/** The customers group as an Application: which file applies which command. No logic of its own. */
import { readFileSync } from 'node:fs'
import { unreachable } from '../common/assert.ts'
import type { Outcome } from '../common/errors.ts'
import { assetPath } from '../platform/assets.ts'
import type { TableSession } from '../platform/postgres/tables.ts'
import type { Application } from '../replication/state-machine/application.ts'
import { createAccount } from './apply/accounts.ts'
import { recordFailedLogin } from './apply/attempts.ts'
import { changeCart } from './apply/carts.ts'
import { prefetch } from './apply/prefetch.ts'
import { advancePurchase, claimPurchase, openPurchase } from './apply/purchases.ts'
import { createSession, endSession, touchSession } from './apply/sessions.ts'
import { sweep } from './apply/sweep.ts'
import type { Body } from './commands/body.ts'

/** Reads schema.sql. */
export function customersApplication(): Application<Body> {
  return {
    schemaSql: readFileSync(assetPath('db-customers/schema.sql'), 'utf8'),
    prefetch,
    apply,
    groupTimeMoved: sweep,
  }
}

export function apply(
  body: Body,
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<unknown>> {
  switch (body.type) {
    case 'createAccount':
      return createAccount(body, tables, groupTimeMs)
    case 'recordFailedLogin':
      return recordFailedLogin(body, tables, groupTimeMs)
    case 'createSession':
      return createSession(body, tables, groupTimeMs)
    case 'touchSession':
      return touchSession(body, tables, groupTimeMs)
    case 'endSession':
      return endSession(body, tables)
    case 'addToCart':
    case 'removeFromCart':
    case 'clearCart':
    case 'saveCart':
    case 'acceptCartPrices':
      return changeCart(body, tables, groupTimeMs)
    case 'openPurchase':
      return openPurchase(body, tables, groupTimeMs)
    case 'advancePurchase':
      return advancePurchase(body, tables, groupTimeMs)
    case 'claimPurchase':
      return claimPurchase(body, tables, groupTimeMs)
    default:
      return unreachable(body)
  }
}
