/** Test support: a small application, and commands for it. */
import type { Outcome } from '../../common/errors.ts'
import { refuse, succeed } from '../../common/errors.ts'
import { memberId } from '../../common/member.ts'
import { defineTable } from '../../platform/postgres/tables.ts'
import type { TableSession } from '../../platform/postgres/tables.ts'
import type { Ordered, LogIndex } from '../../replication/replicated-log.ts'
import type {
  Application,
  Command,
  Retention,
} from '../../replication/state-machine/application.ts'
import { clockCommand } from '../../replication/state-machine/clock-command.ts'
import type { ClockBody } from '../../replication/state-machine/clock-command.ts'

export type AccountRow = {
  readonly owner: string
  readonly kind: number
  readonly balance: number
  readonly notes: readonly string[]
}

export const accounts = defineTable<AccountRow>()({
  name: 'state.accounts',
  key: ['owner', 'kind'],
  columns: { owner: 'text', kind: 'integer', balance: 'bigint', notes: 'jsonb' },
})

export type Body =
  | { readonly type: 'add'; readonly owner: string; readonly amount: number }
  /** Puts, and then refuses: what it put must not stay. */
  | { readonly type: 'addAndRefuse'; readonly owner: string; readonly amount: number }
  | { readonly type: 'remove'; readonly owner: string }
  | { readonly type: 'removeAndRefuse'; readonly owner: string }
  /** SQL over all rows, then refuses or not. */
  | { readonly type: 'addToAll'; readonly amount: number; readonly refuse: boolean }
  | { readonly type: 'break' }

export const application: Application<Body> = {
  schemaSql: `CREATE TABLE IF NOT EXISTS state.accounts (
    owner text COLLATE "C", kind integer, balance bigint NOT NULL, notes jsonb NOT NULL,
    PRIMARY KEY (owner, kind))`,
  prefetch: (bodies, tables) =>
    tables.prefetch(
      accounts,
      bodies.flatMap((body) => ('owner' in body ? [{ owner: body.owner, kind: 0 }] : [])),
    ),
  apply: (body, tables, groupTimeMs) => applyBody(body, tables, groupTimeMs),
  groupTimeMoved: async (tables, groupTimeMs) => {
    await tables.execute('UPDATE state.accounts SET notes = notes || to_jsonb($1::text)', [
      `moved to ${groupTimeMs}`,
    ])
  },
}

async function applyBody(
  body: Body,
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<unknown>> {
  switch (body.type) {
    case 'add':
    case 'addAndRefuse': {
      const key = { owner: body.owner, kind: 0 }
      const before = await tables.get(accounts, key)
      const balance = (before?.balance ?? 0) + body.amount
      const notes = [...(before?.notes ?? []), `added at ${groupTimeMs}`].slice(-3)
      tables.put(accounts, { ...key, balance, notes })
      return body.type === 'add' ? succeed({ balance }) : refuse('OUT_OF_STOCK')
    }
    case 'remove':
    case 'removeAndRefuse':
      tables.remove(accounts, { owner: body.owner, kind: 0 })
      return body.type === 'remove' ? succeed({}) : refuse('ITEM_NOT_FOUND', { message: 'gone' })
    case 'addToAll': {
      tables.put(accounts, { owner: 'all', kind: 1, balance: body.amount, notes: [] })
      const sql = 'UPDATE state.accounts SET balance = balance + $1 RETURNING 1'
      const { rows } = await tables.execute(sql, [body.amount])
      tables.put(accounts, { owner: 'all', kind: 2, balance: rows.length, notes: [] })
      return body.refuse ? refuse('FORBIDDEN') : succeed({ changed: rows.length })
    }
    case 'break':
      tables.put(accounts, { owner: 'broken', kind: 0, balance: 0, notes: [] })
      throw new Error('a bug')
  }
}

export type Given = Partial<{
  readonly requestId: string
  readonly fingerprint: string
  readonly retention: Retention
  readonly submittedAtMs: number
}>

let requests = 0

/** A command with a request id of its own unless one is given. Submitted "now" by default. */
export function command(body: Body, given: Given = {}): Command<Body> {
  requests += 1
  return {
    request: {
      requestId: `request-${requests}`,
      fingerprint: 'f',
      retention: 'brief',
      submittedAtMs: Number.MAX_SAFE_INTEGER,
      ...given,
    },
    body,
  }
}

export function clock(member: number, unixMs: number): Command<ClockBody> {
  return clockCommand(memberId(member), unixMs)
}

/** Commands at consecutive indexes. */
export function ordered<C>(first: number, commands: readonly C[]): Ordered<C>[] {
  return commands.map((one, at) => ({ index: (first + at) as LogIndex, command: one }))
}
