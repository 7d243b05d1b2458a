/**
 * What happens to the commands of one batch, one after the other, on a TableSession: exactly once
 * by request id, and group time. It must not know how the session reaches the database, nor what
 * becomes of the position.
 */
import { assert } from '../../common/assert.ts'
import { refuse, succeed } from '../../common/errors.ts'
import type { MemberId } from '../../common/member.ts'
import type { SqlTableSession } from '../../platform/postgres/table-session.ts'
import type { LogIndex, Ordered, Position } from '../replicated-log.ts'
import type { AppliedResult, Application, Command } from './application.ts'
import { type GroupBody, isCheckCommand } from './check-commands.ts'
import { isClockCommand } from './clock-command.ts'
import type { ClockBody } from './clock-command.ts'
import { advanceGroupTime, isTooOld, keptUntilMs, mayForget } from './group-time.ts'
import type { GroupTime } from './group-time.ts'
import { clockTable, forgetResultsSql, groupTimeTable, resultsTable } from './state-tables.ts'

/** What a batch starts from; replaced as a whole when its transaction has succeeded. */
export type Applied = {
  readonly position: Position
  readonly time: GroupTime
  readonly stamps: ReadonlyMap<MemberId, number>
  /** Group time when results were last forgotten. */
  readonly forgottenMs: number
}

const forgetEveryMs = 10_000

export class BatchWork<Body extends { readonly type: string }> {
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

  async run(batch: readonly Ordered<Command<Body | GroupBody>>[]): Promise<AppliedResult[]> {
    const results: AppliedResult[] = []
    let prefetchedTo = 0
    for (const [place, { index, command }] of batch.entries()) {
      if (isClockCommand(command)) {
        results.push(await this.#stamp(index, command.body))
        continue
      }
      if (isCheckCommand(command)) {
        results.push({ outcome: succeed({}), replayed: false })
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
    batch: readonly Ordered<Command<Body | GroupBody>>[],
    place: number,
  ): Promise<number> {
    const commands: Command<Body>[] = []
    let end = place
    for (; end < batch.length; end += 1) {
      const command = batch[end]?.command
      if (command === undefined || isClockCommand(command)) break
      if (!isCheckCommand(command)) commands.push(command as Command<Body>)
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
      // First what asks the database, for which all that was put would have to be written.
      if (moved) await this.#groupTimeMoved()
      this.#session.put(clockTable, { member, stamp_ms: unixMs })
    }
    const groupTimeMs = this.applied.time.unixMs
    return { outcome: succeed({ groupTimeMs }), replayed: false }
  }

  async #groupTimeMoved(): Promise<void> {
    const { time, forgottenMs } = this.applied
    if (mayForget(time) && time.unixMs >= forgottenMs + forgetEveryMs) {
      await this.#session.execute(forgetResultsSql, [time.unixMs], [resultsTable])
      this.applied = { ...this.applied, forgottenMs: time.unixMs }
    }
    await this.#application.groupTimeMoved(this.#session, time.unixMs)
    this.#session.put(groupTimeTable, {
      one: true,
      unix_ms: time.unixMs,
      gap_from_ms: time.gapFromMs,
      gap_to_ms: time.gapToMs,
      forgotten_ms: this.applied.forgottenMs,
    })
  }
}
