/**
 * The tables that every replicated database has besides its application's: results of requests,
 * clocks and group time in `state` (equal on all replicas), the applied position in `replica`.
 */
import { defineTable } from '../../platform/postgres/tables.ts'
import { assert } from '../../common/assert.ts'
import type { Outcome } from '../../common/errors.ts'
import type { LogIndex, Position } from '../replicated-log.ts'

// A result is written once and read by its key: no room for updates, and one index to forget by.
export const stateSchemaSql = `
  CREATE SCHEMA IF NOT EXISTS state;
  CREATE SCHEMA IF NOT EXISTS replica;
  CREATE TABLE IF NOT EXISTS state.results (
    request_id    text COLLATE "C" PRIMARY KEY,
    fingerprint   text COLLATE "C" NOT NULL,
    outcome       jsonb NOT NULL,
    applied_at_ms bigint NOT NULL,
    kept_until_ms bigint NOT NULL
  );
  CREATE INDEX IF NOT EXISTS results_by_end ON state.results (kept_until_ms);
  CREATE TABLE IF NOT EXISTS state.clock (
    member   integer PRIMARY KEY,
    stamp_ms bigint NOT NULL
  ) WITH (fillfactor = 10);
  CREATE TABLE IF NOT EXISTS state.group_time (
    one          boolean PRIMARY KEY CHECK (one),
    unix_ms      bigint NOT NULL,
    gap_from_ms  bigint NOT NULL,
    gap_to_ms    bigint NOT NULL,
    forgotten_ms bigint NOT NULL
  ) WITH (fillfactor = 10);
  CREATE TABLE IF NOT EXISTS replica.position (
    one     boolean PRIMARY KEY CHECK (one),
    applied bigint NOT NULL,
    context bytea
  ) WITH (fillfactor = 10);
  INSERT INTO replica.position (one, applied, context) VALUES (true, 0, NULL)
    ON CONFLICT (one) DO NOTHING;`

export type ResultRow = {
  readonly request_id: string
  readonly fingerprint: string
  readonly outcome: Outcome<unknown>
  readonly applied_at_ms: number
  readonly kept_until_ms: number
}

export const resultsTable = defineTable<ResultRow>()({
  name: 'state.results',
  key: ['request_id'],
  columns: {
    request_id: 'text',
    fingerprint: 'text',
    outcome: 'jsonb',
    applied_at_ms: 'bigint',
    kept_until_ms: 'bigint',
  },
  isReadOnce: true,
})

export type ClockRow = { readonly member: number; readonly stamp_ms: number }

export const clockTable = defineTable<ClockRow>()({
  name: 'state.clock',
  key: ['member'],
  columns: { member: 'integer', stamp_ms: 'bigint' },
})

export type GroupTimeRow = {
  readonly one: boolean
  readonly unix_ms: number
  readonly gap_from_ms: number
  readonly gap_to_ms: number
  /** Group time when results were last looked through for those to forget. */
  readonly forgotten_ms: number
}

export const groupTimeTable = defineTable<GroupTimeRow>()({
  name: 'state.group_time',
  key: ['one'],
  columns: {
    one: 'boolean',
    unix_ms: 'bigint',
    gap_from_ms: 'bigint',
    gap_to_ms: 'bigint',
    forgotten_ms: 'bigint',
  },
})

export const forgetResultsSql = 'DELETE FROM state.results WHERE kept_until_ms <= $1'

export const movePositionSql =
  'UPDATE replica.position SET applied = $1::bigint, context = $2::bytea WHERE one'

export const readPositionSql = 'SELECT applied, context FROM replica.position'

/** What readPositionSql finds. */
export type PositionRow = { readonly applied: number; readonly context: Uint8Array | null }

export function positionFrom(row: PositionRow | undefined): Position {
  assert(row !== undefined, 'a replica has a position')
  const { applied, context } = row
  return {
    index: applied as LogIndex,
    context: context === null ? undefined : new Uint8Array(context),
  }
}
