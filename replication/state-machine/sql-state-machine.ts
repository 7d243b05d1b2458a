/**
 * StateMachine over PostgreSQL for any Application: exactly once by request id, group time, and
 * effects + results + position in one atomic write. It must not know what the commands do, nor
 * which protocol ordered them.
 *
 * Commits are asynchronous: after a crash the database comes back at an earlier position, never
 * between two, and the log is replayed from there.
 */
import type { Client } from 'pg'
import { assert } from '../../common/assert.ts'
import { type CommittedRows, RowCache } from '../../platform/postgres/row-cache.ts'
import { SqlTableSession } from '../../platform/postgres/table-session.ts'
import type { Statement } from '../../platform/postgres/table-sql.ts'
import type { LogIndex, Ordered, Position, StateMachine } from '../replicated-log.ts'
import type { AppliedResult, Application, Command } from './application.ts'
import { BatchWork } from './batch-work.ts'
import type { Applied } from './batch-work.ts'
import { type CheckObserver, type GroupBody, endsBatch, isCheckCommand } from './check-commands.ts'
import { noGroupTime } from './group-time.ts'
import { movePositionSql, positionFrom, readPositionSql, stateSchemaSql } from './state-tables.ts'

/** Rows are reached by key through an index, however small a table was when it was planned. */
const sessionSql = `
  SET synchronous_commit = off;
  SET plan_cache_mode = force_generic_plan;
  SET enable_seqscan = off;
  SET enable_hashjoin = off;
  SET enable_mergejoin = off;
  SET jit = off;`

export class SqlStateMachine<Body extends { readonly type: string }>
  implements StateMachine<Command<Body | GroupBody>, AppliedResult>
{
  readonly #client: Client
  readonly #application: Application<Body>
  readonly #observer: CheckObserver | undefined
  readonly #committed = new RowCache()
  #applied: Applied
  #applying = false
  #failure: unknown

  private constructor(
    client: Client,
    application: Application<Body>,
    observer: CheckObserver | undefined,
    applied: Applied,
  ) {
    this.#client = client
    this.#application = application
    this.#observer = observer
    this.#applied = applied
  }

  /**
   * Creates what is missing in the schemas and reads where the database stands. `client` is for
   * this alone, pipelined; the caller ends it. `observer` is told of the group's checks.
   */
  static async open<Body extends { readonly type: string }>(
    client: Client,
    application: Application<Body>,
    observer?: CheckObserver,
  ): Promise<SqlStateMachine<Body>> {
    assert(client.pipeline, 'what belongs together is sent together')
    await client.query(`${sessionSql} ${stateSchemaSql}`)
    await client.query(application.schemaSql)
    return new SqlStateMachine(client, application, observer, await readApplied(client))
  }

  async position(): Promise<Position> {
    return this.#applied.position
  }

  async reload(): Promise<Position> {
    assert(!this.#applying, 'nothing is applied while the state is replaced')
    // What could not be applied may be in what is read now: only a restart finds out.
    if (this.#failure !== undefined) throw this.#failure
    this.#applying = true
    this.#committed.forgetAll()
    try {
      this.#applied = await readApplied(this.#client)
      return this.#applied.position
    } catch (error) {
      this.#failure = error
      throw error
    } finally {
      this.#applying = false
    }
  }

  /** Group time as of the last applied batch, Unix ms; 0 before the first stamp. */
  groupTimeMs(): number {
    return this.#applied.time.unixMs
  }

  /** What of the applied state is in memory; as new as what was applied last. */
  get committedRows(): CommittedRows {
    return this.#committed
  }

  async apply(
    batch: readonly Ordered<Command<Body | GroupBody>>[],
    upTo: Position,
  ): Promise<AppliedResult[]> {
    assert(!this.#applying, 'one batch at a time')
    // What the database holds is unknown after a failure: only a restart finds out.
    if (this.#failure !== undefined) throw this.#failure
    assert(upTo.index >= this.#applied.position.index, 'the position never moves backwards')
    assert(
      batch.every(({ index }) => index <= upTo.index),
      'upTo covers the batch',
    )
    this.#applying = true
    try {
      const session = new SqlTableSession(this.#client, this.#committed)
      const work = new BatchWork(session, this.#application, this.#applied)
      const results = await work.run(batch)
      await session.commit(positionStatement(upTo))
      const before = this.#applied.position.index
      this.#applied = { ...work.applied, position: upTo }
      await this.#tellObserver(batch, before)
      return results
    } catch (error) {
      this.#failure = error
      throw error
    } finally {
      this.#applying = false
    }
  }

  /** Of the checks among the batch that had not been applied before. */
  async #tellObserver(
    batch: readonly Ordered<Command<Body | GroupBody>>[],
    before: LogIndex,
  ): Promise<void> {
    const { position, time } = this.#applied
    for (const { index, command } of batch) {
      if (!isCheckCommand(command) || index <= before) continue
      assert(!endsBatch(command) || index === position.index, 'nothing is applied behind a hash')
      const at = { position: index, groupTimeMs: time.unixMs }
      if (command.body.type === 'hashed') this.#observer?.hashesTold(command.body, at)
      else await this.#observer?.hashOrdered(command.body, at)
    }
  }
}

function positionStatement({ index, context }: Position): Statement {
  return { text: movePositionSql, values: [index, context ?? null] }
}

async function readApplied(client: Client): Promise<Applied> {
  const [position, clock, time] = await Promise.all([
    client.query(readPositionSql),
    client.query('SELECT member, stamp_ms FROM state.clock'),
    client.query('SELECT * FROM state.group_time'),
  ])
  const now = time.rows[0]
  return {
    position: positionFrom(position.rows[0]),
    time: now
      ? { unixMs: now.unix_ms, gapFromMs: now.gap_from_ms, gapToMs: now.gap_to_ms }
      : noGroupTime,
    stamps: new Map(clock.rows.map((row) => [row.member, row.stamp_ms])),
    forgottenMs: now?.forgotten_ms ?? 0,
  }
}
