/**
 * What a measured group applies: nothing, or one row for each command. Either answers a command with
 * its index. It must not know how commands get their order.
 */
import type { Client, Pool } from 'pg'
import { succeed } from '../../common/errors.ts'
import { defineTable } from '../../platform/postgres/tables.ts'
import type { TimedStateMachine } from '../../replication/replica/plan.ts'
import type { LogIndex, Ordered, Position } from '../../replication/replicated-log.ts'
import type {
  AppliedResult,
  Application,
  Command,
} from '../../replication/state-machine/application.ts'
import { type ClockBody, isClockCommand } from '../../replication/state-machine/clock-command.ts'
import { SqlStateMachine } from '../../replication/state-machine/sql-state-machine.ts'
import type { WriteBody } from './command.ts'

export const applyModes = ['none', 'row'] as const
export type ApplyMode = (typeof applyModes)[number]

/** The value of every applied write. */
export type Written = { readonly index: number }

type Batch = readonly Ordered<Command<WriteBody | ClockBody>>[]

export type MeasuredStateMachine = TimedStateMachine<WriteBody> & {
  /** Everything up to here is applied. */
  readonly appliedIndex: number
}

export async function openStateMachine(
  mode: ApplyMode,
  client: Client,
): Promise<MeasuredStateMachine> {
  // Either way the schema is made: to everybody else the database looks as any replica's.
  const sql = await SqlStateMachine.open(client, rowApplication)
  return mode === 'none' ? new OrderOnly() : await RowPerCommand.over(sql)
}

/**
 * Applies nothing and forgets its position with the process: started again, it has everything
 * delivered anew that the log still holds. A member that stayed away longer than the log reaches
 * back cannot return; a drill that restarts members takes `row`.
 */
class OrderOnly implements MeasuredStateMachine {
  appliedIndex = 0
  #groupTimeMs = 0

  async position(): Promise<Position> {
    return { index: this.appliedIndex as LogIndex, context: undefined }
  }

  reload(): Promise<Position> {
    return this.position()
  }

  /** The latest stamp: nothing expires here that would need the median. */
  groupTimeMs(): number {
    return this.#groupTimeMs
  }

  async apply(batch: Batch, upTo: Position): Promise<AppliedResult[]> {
    for (const { command } of batch) {
      if (!isClockCommand(command)) continue
      this.#groupTimeMs = Math.max(this.#groupTimeMs, command.body.unixMs)
    }
    this.appliedIndex = upTo.index
    return batch.map(({ index }) => ({ outcome: succeed<Written>({ index }), replayed: false }))
  }
}

class RowPerCommand implements MeasuredStateMachine {
  appliedIndex: number
  readonly #sql: SqlStateMachine<WriteBody>

  private constructor(sql: SqlStateMachine<WriteBody>, { index }: Position) {
    this.#sql = sql
    this.appliedIndex = index
  }

  static async over(sql: SqlStateMachine<WriteBody>): Promise<RowPerCommand> {
    return new RowPerCommand(sql, await sql.position())
  }

  position(): Promise<Position> {
    return this.#sql.position()
  }

  async reload(): Promise<Position> {
    const position = await this.#sql.reload()
    this.appliedIndex = position.index
    return position
  }

  groupTimeMs(): number {
    return this.#sql.groupTimeMs()
  }

  /** A repeat is answered with the index of the copy: not before the write, and applied as well. */
  async apply(batch: Batch, upTo: Position): Promise<AppliedResult[]> {
    const results = await this.#sql.apply(batch, upTo)
    this.appliedIndex = upTo.index
    return results.map(({ outcome, replayed }, place) => {
      const index = batch[place]?.index ?? upTo.index
      return { outcome: outcome.ok ? succeed<Written>({ index }) : outcome, replayed }
    })
  }
}

/** `times`: how often a write of this key was applied, which is once or a bug. */
type Row = { readonly key: string; readonly bytes: Uint8Array; readonly times: number }

const rows = defineTable<Row>()({
  name: 'state.bench_rows',
  key: ['key'],
  columns: { key: 'text', bytes: 'bytea', times: 'integer' },
})

export const rowApplication: Application<WriteBody> = {
  schemaSql: `
    CREATE TABLE IF NOT EXISTS state.bench_rows (
      key   text COLLATE "C" PRIMARY KEY,
      bytes bytea NOT NULL,
      times integer NOT NULL
    )`,
  prefetch: (bodies, tables) =>
    tables.prefetch(
      rows,
      bodies.map(({ key }) => ({ key })),
    ),
  apply: async ({ key, bytes }, tables) => {
    const before = await tables.get(rows, { key })
    tables.put(rows, { key, bytes, times: (before?.times ?? 0) + 1 })
    return succeed({})
  },
  groupTimeMoved: async () => {},
}

/** Those of `keys` that have no row. */
export async function missingKeys(pool: Pool, keys: readonly string[]): Promise<string[]> {
  const found = await pool.query(
    `SELECT asked.key FROM unnest($1::text[]) AS asked (key)
     WHERE NOT EXISTS (SELECT FROM state.bench_rows WHERE bench_rows.key = asked.key)`,
    [keys],
  )
  return found.rows.map(({ key }) => key)
}
