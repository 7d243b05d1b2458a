/**
 * What a db-* package hands to SqlStateMachine: its schema and how it applies one command.
 * Everything else (exactly once, group time, position, transactions) is done for it.
 */
import type { Outcome } from '../../common/errors.ts'
import type { TableSession } from '../../platform/postgres/tables.ts'

/** How long the result of a request id is kept: `day` for a client's own key, `brief` (10 minutes) for a server's. */
export type Retention = 'day' | 'brief'

/** What every command carries besides its body. All of it is decided before ordering. */
export type RequestContext = {
  readonly requestId: string
  /** HMAC of the request without secrets: a repeat with another one is refused (IDEMPOTENCY_MISMATCH). */
  readonly fingerprint: string
  readonly retention: Retention
  /** Group time at the replica that submitted this copy: an old copy is refused (REQUEST_TOO_OLD). */
  readonly submittedAtMs: number
}

/** A command in the log: JSON, UTF-8. `body` is the application's, discriminated by its `type`. */
export type Command<Body extends { readonly type: string }> = {
  readonly request: RequestContext
  readonly body: Body
}

export type AppliedResult = {
  readonly outcome: Outcome<unknown>
  /** True when this request id had been applied before: `outcome` is the stored one. */
  readonly replayed: boolean
}

export interface Application<Body extends { readonly type: string }> {
  /** Creates schema `state`'s tables when they are missing. Idempotent. */
  readonly schemaSql: string
  /** Loads what the batch will surely touch, in few statements. A hint. */
  prefetch(bodies: readonly Body[], tables: TableSession): Promise<void>
  /**
   * Decides on the ordered state and changes it through `tables`. Deterministic: no clock, no
   * randomness, no SQL functions that have either. On {ok: false} it must have changed nothing.
   * `groupTimeMs` is Unix ms, the same on every replica, never backwards.
   */
  apply(body: Body, tables: TableSession, groupTimeMs: number): Promise<Outcome<unknown>>
  /** Called when group time has moved on: expire what has expired, by ordered data alone. */
  groupTimeMoved(tables: TableSession, groupTimeMs: number): Promise<void>
}
