/**
 * Which rows a batch will touch, so that they are loaded in a few statements instead of one by one.
 * A hint: what it misses is loaded when it is asked for.
 */
import type { Table, TableSession } from '../../platform/postgres/tables.ts'
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
  await load(
    counters,
    [...named.counters].map((name) => ({ name })),
    tables,
  )
  await load(usernames, named.usernames, tables)
  await load(attempts, named.attempts, tables)
  await load(sessions, tokens, tables)
  await load(carts, tokens, tables)
  await load(
    purchases,
    [...named.purchaseIds].map((id) => ({ id })),
    tables,
  )

  const led = await keysLedTo(named, tables)
  await load(accounts, [...named.accounts, ...led.accounts], tables)
  await load(
    savedCarts,
    [...led.buyerIds].map((buyer_id) => ({ buyer_id })),
    tables,
  )
  await load(carts, led.carts, tables)
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

async function load<Row extends object, Key extends keyof Row & string>(
  table: Table<Row, Key>,
  keys: readonly Pick<Row, Key>[],
  tables: TableSession,
): Promise<void> {
  if (keys.length > 0) await tables.prefetch(table, keys)
}
