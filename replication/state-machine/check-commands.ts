/**
 * The two commands by which replicas compare their rows: `hash`, at whose position each hashes its
 * own, and `hashed`, by which each tells what it found. Neither changes a row: a replica that
 * restarts in between forgets what it has heard, and that one comparison stays incomplete.
 */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { LogIndex } from '../replicated-log.ts'
import type { Command } from './application.ts'
import type { ClockBody } from './clock-command.ts'
import type { StateReport } from './state-hash.ts'

export type HashBody = {
  readonly type: 'hash'
  /**
   * Group time, Unix ms: when a `hash` has been applied later than this, another member was faster,
   * and this one is passed over.
   */
  readonly noneSinceMs: number
}

export type HashedBody = {
  readonly type: 'hashed'
  readonly member: MemberId
  /** Of the `hash` that asked for it. */
  readonly position: LogIndex
  readonly report: StateReport
}

/** What members order themselves, besides the application's commands. Their types are taken. */
export type GroupBody = ClockBody | HashBody | HashedBody

export function hashCommand(noneSinceMs: number): Command<HashBody> {
  assert(Number.isSafeInteger(noneSinceMs) && noneSinceMs >= 0, 'group time is in Unix ms')
  return { request: noRequest, body: { type: 'hash', noneSinceMs } }
}

export function hashedCommand(body: Omit<HashedBody, 'type'>): Command<HashedBody> {
  return { request: noRequest, body: { type: 'hashed', ...body } }
}

/** To hash or to tell twice does no harm: no result is kept. */
const noRequest = { requestId: '', fingerprint: '', retention: 'brief', submittedAtMs: 0 } as const

export function isCheckCommand(
  command: Command<{ readonly type: string }>,
): command is Command<HashBody | HashedBody> {
  return command.body.type === 'hash' || command.body.type === 'hashed'
}

/**
 * Whether the batch must end with this command's index: a hash is of exactly its position, so
 * nothing behind it may be in the same transaction.
 */
export function endsBatch({ body }: Command<{ readonly type: string }>): boolean {
  return body.type === 'hash'
}

/**
 * Who is told of these commands once they are applied, in order. Called with nothing else being
 * applied; a promise that it returns holds up what comes next, and must not reject.
 */
export interface CheckObserver {
  hashOrdered(body: HashBody, at: AppliedAt): Promise<void>
  hashesTold(body: HashedBody, at: AppliedAt): void
}

/** Everything up to `position` is visible to other connections, and nothing beyond it. */
export type AppliedAt = { readonly position: LogIndex; readonly groupTimeMs: number }
