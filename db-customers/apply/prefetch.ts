/**
 * Which rows a batch will touch, so that they are loaded in a few statements instead of one by one.
 * A hint: what it misses is loaded when it is asked for.
 */
import type { TableSession } from '../../platform/postgres/tables.ts'
import type { Body } from '../commands/body.ts'
import {
  accounts,
  attempts,
  carts,
  counters,
  purchases,
  type Role,
  savedCarts,
  sessions,
  usernames,
} from '../tables.ts'
import { type AttemptKey, creationsAt, failedLoginKeys } from './attempts.ts'

type AccountKey = { readonly role: Role; readonly id: number }

/** Two rounds: what the commands name, then what the rows found there lead to. */
export async function prefetch(bodies: readonly Body[], tables: TableSession): Promise<void> {
  const named = keysNamedBy(bodies)
  const tokens = [...named.tokenHashes].map((token_hash) => ({ token_hash }))
  const purchaseKeys = [...named.purchaseIds].map((id) => ({ id }))
  const drawn = [...named.counters].map((name) => ({ name }))
  // Sent together: the answers come back in one round trip.
  await Promise.all([
    tables.prefetch(counters, drawn),
    tables.prefetch(usernames, named.usernames),
    tables.prefetch(attempts, named.attempts),
    tables.prefetch(sessions, tokens),
    tables.prefetch(carts, tokens),
    tables.prefetch(purchases, purchaseKeys),
  ])

  const led = await keysLedTo(named, tables)
  const buyers = [...led.buyerIds].map((buyer_id) => ({ buyer_id }))
  await Promise.all([
    tables.prefetch(accounts, [...named.accounts, ...led.accounts]),
    tables.prefetch(savedCarts, buyers),
    tables.prefetch(carts, led.carts),
  ])
}

type NamedKeys = {
  readonly counters: Set<string>
  readonly usernames: { readonly role: Role; readonly username_key: string }[]
  readonly attempts: AttemptKey[]
  readonly accounts: AccountKey[]
  readonly tokenHashes: Set<string>
  readonly purchaseIds: Set<string>
}

function keysNamedBy(bodies: readonly Body[]): NamedKeys {
  const named: NamedKeys = {
    counters: new Set(),
    usernames: [],
    attempts: [],
    accounts: [],
    tokenHashes: new Set(),
    purchaseIds: new Set(),
  }
  for (const body of bodies) {
    if ('tokenHash' in body) named.tokenHashes.add(body.tokenHash)
    if ('purchaseId' in body) named.purchaseIds.add(body.purchaseId)
    switch (body.type) {
      case 'createAccount':
        named.counters.add(body.role)
        named.usernames.push({ role: body.role, username_key: body.usernameKey })
        if (body.address !== '') named.attempts.push(creationsAt(body.address))
        break
      case 'recordFailedLogin':
        named.attempts.push(...failedLoginKeys(body))
        break
      case 'createSession':
        named.accounts.push({ role: body.role, id: body.accountId })
        break
      case 'openPurchase':
        named.counters.add('purchase')
        break
      default:
    }
  }
  return named
}

/** By now these get()s find what has been loaded. */
async function keysLedTo(named: NamedKeys, tables: TableSession) {
  const led = {
    accounts: [] as AccountKey[],
    buyerIds: new Set<number>(),
    carts: [] as { readonly token_hash: string }[],
  }
  const buyer = (id: number) => {
    led.buyerIds.add(id)
    led.accounts.push({ role: 'buyer', id })
  }
  for (const token_hash of named.tokenHashes) {
    const session = await tables.get(sessions, { token_hash })
    if (session?.role === 'buyer') buyer(session.account_id)
    else if (session) led.accounts.push({ role: session.role, id: session.account_id })
  }
  for (const { role, id } of named.accounts) if (role === 'buyer') buyer(id)
  for (const id of named.purchaseIds) {
    const purchase = await tables.get(purchases, { id })
    if (!purchase) continue
    buyer(purchase.buyer_id)
    led.carts.push({ token_hash: purchase.token_hash })
  }
  return led
}
