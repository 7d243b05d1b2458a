/** Accounts: sellers and buyers are numbered and named apart. */
import { type Outcome, refuse, succeed } from '../../common/errors.ts'
import type { TableSession } from '../../platform/postgres/tables.ts'
import type { CreateAccount } from '../commands/accounts.ts'
import { type AccountRow, accounts, attempts, usernames } from '../tables.ts'
import { countAttempt, countIn, creationsAt } from './attempts.ts'
import { draw } from './counters.ts'
import { type AccountOutcome, viewOf } from './outcomes.ts'

/** RATE_LIMITED (details: retryAfterMs), USERNAME_TAKEN. Only accounts that came to be are counted. */
export async function createAccount(
  body: CreateAccount,
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<AccountOutcome>> {
  const { role, address, limit } = body
  const counted = address !== '' && limit > 0
  if (counted) {
    const window = await tables.get(attempts, creationsAt(address))
    if (window !== undefined && countIn(window, groupTimeMs) >= limit) {
      const retryAfterMs = window.window_ends_at_ms - groupTimeMs
      return refuse('RATE_LIMITED', {
        message: 'Too many accounts have been created from this address; try again later',
        details: { retryAfterMs },
      })
    }
  }
  const name = { role, username_key: body.usernameKey }
  if (await tables.get(usernames, name)) {
    return refuse('USERNAME_TAKEN', {
      message: `The username ${body.username} is taken; choose another one`,
    })
  }

  const account: AccountRow = {
    ...name,
    id: await draw(role, tables),
    username: body.username,
    name: body.name,
    password_hash: body.passwordHash,
    items_purchased: 0,
    created_at_ms: groupTimeMs,
  }
  tables.put(accounts, account)
  tables.put(usernames, { ...name, account_id: account.id })
  if (counted) await countAttempt(creationsAt(address), body.windowSeconds, tables, groupTimeMs)
  return succeed(viewOf(account))
}
