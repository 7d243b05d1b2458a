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
import { refuse, succeed } from '../../common/errors.ts'
import type { MemberId } from '../../common/member.ts'
import { SqlTableSession } from '../../platform/postgres/table-session.ts'
import type { Statement } from '../../platform/postgres/table-sql.ts'
import type { LogIndex, Ordered, Position, StateMachine } from '../replicated-log.ts'
import type { AppliedResult, Application, Command } from './application.ts'
import { isClockCommand } from './clock-command.ts'
import type { ClockBody } from './clock-command.ts'
import { advanceGroupTime, isTooOld, keptUntilMs, mayForget, noGroupTime } from './group-time.ts'
import type { GroupTime } from './group-time.ts'
import {
  clockTable,
  forgetResultsSql,
  groupTimeTable,
  movePositionSql,
  resultsTable,
  stateSchemaSql,
} from './state-tables.ts'

/** What a batch starts from; replaced as a whole when its transaction has succeeded. */
type Applied = {
  readonly position: Position
  readonly time: GroupTime
  readonly stamps: ReadonlyMap<MemberId, number>
  /** Group time when results were last forgotten. */
  readonly forgottenMs: number
}

/** Rows are reached by key through an index, however small a table was when it was planned. */
const sessionSql = `
  SET synchronous_commit = off;
  SET plan_cache_mode = force_generic_plan;
  SET enable_seqscan = off;
  SET enable_hashjoin = off;
  SET enable_mergejoin = off;
  SET jit = off;`

const forgetEveryMs = 10_000

export class SqlStateMachine<Body extends { readonly type: string }>
  implements StateMachine<Command<Body | ClockBody>, AppliedResult>
{
  readonly #client: Client
  readonly #application: Application<Body>
  #applied: Applied
  #applying = false
  #failure: unknown

  private constructor(client: Client, application: Application<Body>, applied: Applied) {
    this.#client = client
    this.#application = application
    this.#applied = applied
  }

  /**
   * Creates what is missing in the schemas and reads where the database stands. `client` is for
   * this alone, pipelined; the caller ends it.
   */
  static async open<Body extends { readonly type: string }>(
    client: Client,
    application: Application<Body>,
  ): Promise<SqlStateMachine<Body>> {
    assert(client.pipeline, 'what belongs together is sent together')
    await client.query(`${sessionSql} ${stateSchemaSql}`)
    await client.query(application.schemaSql)
    return new SqlStateMachine(client, application, await readApplied(client))
  }

  async position(): Promise<Position> {
    return this.#applied.position
  }

  /** Group time as of the last applied batch, Unix ms; 0 before the first stamp. */
  groupTimeMs(): number {
    return this.#applied.time.unixMs
  }

  async apply(
    batch: readonly Ordered<Command<Body | ClockBody>>[],
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
      const session = new SqlTableSession(this.#client)
      const work = new BatchWork(session, this.#application, this.#applied)
      const results = await work.run(batch)
      await session.commit(positionStatement(upTo))
      this.#applied = { ...work.applied, position: upTo }
      return results
    } catch (error) {
      this.#failure = error
      throw error
    } finally {
      this.#applying = false
    }
  }
}

function positionStatement({ index, context }: Position): Statement {
  return { text: movePositionSql, values: [index, context ?? null] }
}

async function readApplied(client: Client): Promise<Applied> {
  const [position, clock, time] = await Promise.all([
    client.query('SELECT applied, context FROM replica.position'),
    client.query('SELECT member, stamp_ms FROM state.clock'),
    client.query('SELECT * FROM state.group_time'),
  ])
  const [at, now] = [position.rows[0], time.rows[0]]
  return {
    position: {
      index: at.applied as LogIndex,
      context: at.context === null ? undefined : new Uint8Array(at.context),
    },
    time: now
      ? { unixMs: now.unix_ms, gapFromMs: now.gap_from_ms, gapToMs: now.gap_to_ms }
      : noGroupTime,
    stamps: new Map(clock.rows.map((row) => [row.member, row.stamp_ms])),
    forgottenMs: now?.forgotten_ms ?? 0,
  }
}

/** The commands of one batch, one after the other. */
class BatchWork<Body extends { readonly type: string }> {
  /** Group time and stamps as of the command under way. */
  applied: Applied
  readonly #session: SqlTableSession
  readonly #application: Application<Body>
  /** Up to here, commands were applied in an earlier transaction. */
  readonly #appliedIndex: LogIndex

  constructor(session: SqlTableSession, application: Application<Body>, applied: Applied) {
    this.#session = session
    this.#application = application
    this.applied = applied
    this.#appliedIndex = applied.position.index
  }

  async run(batch: readonly Ordered<Command<Body | ClockBody>>[]): Promise<AppliedResult[]> {
    const results: AppliedResult[] = []
    let prefetchedTo = 0
    for (const [place, { index, command }] of batch.entries()) {
      if (isClockCommand(command)) {
        results.push(await this.#stamp(index, command.body))
        continue
      }
      if (place >= prefetchedTo) prefetchedTo = await this.#prefetch(batch, place)
      results.push(await this.#once(index, command as Command<Body>))
    }
    return results
  }

  /**
   * Loads what the commands from `place` on need, up to the next clock: expiry runs SQL there, and
   * what was loaded is forgotten. Returns where it stopped.
   */
  async #prefetch(
    batch: readonly Ordered<Command<Body | ClockBody>>[],
    place: number,
  ): Promise<number> {
    const commands: Command<Body>[] = []
    let end = place
    for (; end < batch.length; end += 1) {
      const command = batch[end]?.command
      if (command === undefined || isClockCommand(command)) break
      commands.push(command as Command<Body>)
    }
    const keys = commands.map(({ request }) => ({ request_id: request.requestId }))
    const bodies = commands.map(({ body }) => body)
    await Promise.all([
      this.#session.prefetch(resultsTable, keys),
      this.#application.prefetch(bodies, this.#session),
    ])
    return end
  }

  /** Applies a command unless its request id has a result already. */
  async #once(index: LogIndex, { request, body }: Command<Body>): Promise<AppliedResult> {
    const { requestId, fingerprint } = request
    const stored = await this.#session.get(resultsTable, { request_id: requestId })
    if (stored !== undefined) {
      const differs = fingerprint !== '' && stored.fingerprint !== ''
      if (differs && fingerprint !== stored.fingerprint) {
        return { outcome: refuse('IDEMPOTENCY_MISMATCH'), replayed: false }
      }
      return { outcome: stored.outcome, replayed: true }
    }
    // Neither refusal is stored: nothing has happened, and a new copy may do better.
    if (index <= this.#appliedIndex || isTooOld(this.applied.time, request.submittedAtMs)) {
      return { outcome: refuse('REQUEST_TOO_OLD'), replayed: false }
    }
    return this.#apply(request, body)
  }

  async #apply(request: Command<Body>['request'], body: Body): Promise<AppliedResult> {
    const { time } = this.applied
    const session = this.#session
    session.beginCommand()
    const outcome = await this.#application.apply(body, session, time.unixMs)
    // A refusal changes nothing, whatever the application did on the way to it.
    if (outcome.ok) session.keepCommand()
    else await session.undoCommand()
    session.put(resultsTable, {
      request_id: request.requestId,
      fingerprint: request.fingerprint,
      outcome,
      applied_at_ms: time.unixMs,
      kept_until_ms: keptUntilMs(time, request.retention),
    })
    // As it will be read by a repeat: the first answer and the next are the same.
    const stored = await session.get(resultsTable, { request_id: request.requestId })
    assert(stored !== undefined, 'what was put is there')
    return { outcome: stored.outcome, replayed: false }
  }

  async #stamp(index: LogIndex, { member, unixMs }: ClockBody): Promise<AppliedResult> {
    if (index > this.#appliedIndex) {
      const stamps = new Map(this.applied.stamps).set(member, unixMs)
      const time = advanceGroupTime(this.applied.time, stamps)
      const moved = time !== this.applied.time
      this.applied = { ...this.applied, stamps, time }
      this.#session.put(clockTable, { member, stamp_ms: unixMs })
      if (moved) await this.#groupTimeMoved()
    }
    const groupTimeMs = this.applied.time.unixMs
    return { outcome: succeed({ groupTimeMs }), replayed: false }
  }

  async #groupTimeMoved(): Promise<void> {
    const { time, forgottenMs } = this.applied
    if (mayForget(time) && time.unixMs >= forgottenMs + forgetEveryMs) {
      await this.#session.execute(forgetResultsSql, [time.unixMs])
      this.applied = { ...this.applied, forgottenMs: time.unixMs }
    }
    this.#session.put(groupTimeTable, {
      one: true,
      unix_ms: time.unixMs,
      gap_from_ms: time.gapFromMs,
      gap_to_ms: time.gapToMs,
      forgotten_ms: this.applied.forgottenMs,
    })
    await this.#application.groupTimeMoved(this.#session, time.unixMs)
  }
}
