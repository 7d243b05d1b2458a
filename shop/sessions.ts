/**
 * Who is asking: from a bearer token to the account behind it. The token itself stays here; the
 * customers group knows its hash, and decides on group time whether the session has expired.
 */
import { randomUUID } from 'node:crypto'
import type { Request } from 'express'
import { assert } from '../common/assert.ts'
import type { Deadline } from '../common/deadline.ts'
import { AppError } from '../common/errors.ts'
import type { Account__Output } from '../db-customers/api.ts'
import { bearerToken, tokenHash } from '../platform/http/bearer.ts'
import type { Customers } from './groups.ts'

export type Role = 'SELLER' | 'BUYER'

export type Session = {
  readonly account: Account__Output
  readonly tokenHash: Buffer
  readonly idleTimeoutSeconds: number
}

export type Sessions = {
  /** UNAUTHENTICATED, SESSION_EXPIRED. Counts as activity. */
  check(request: Request, deadline: Deadline): Promise<Session>
  /**
   * For requests whose effect is a command that checks the session itself, in order: what the replica
   * at hand knows will do. Counts as activity, even when the command is refused.
   */
  identify(request: Request, deadline: Deadline): Promise<Session>
  /** UNAUTHENTICATED when the request brings nothing that could be a token. */
  hashOf(request: Request): Buffer
}

export function createSessions(customers: Customers, role: Role): Sessions {
  async function find(hash: Buffer, deadline: Deadline, local: boolean) {
    const request = { context: { local }, role, tokenHash: hash }
    const reply = await customers.checkSession(request, { deadline })
    const { account, idleTimeoutSeconds, needsTouch } = reply
    assert(account !== null, 'a session has an account')
    return { session: { account, tokenHash: hash, idleTimeoutSeconds }, needsTouch }
  }
  /** A touch is an ordered write, so only what is recorded as old is touched. */
  async function touched(
    hash: Buffer,
    { session, needsTouch }: Awaited<ReturnType<typeof find>>,
    deadline: Deadline,
  ): Promise<Session> {
    if (!needsTouch) return session
    const context = { requestId: randomUUID(), fingerprint: '', keepForADay: false }
    await customers.touchSession({ context, role, tokenHash: hash }, { deadline })
    return session
  }
  const hashOf = (request: Request): Buffer => tokenHash(bearerToken(request))
  return {
    hashOf,
    async check(request, deadline) {
      const hash = hashOf(request)
      return touched(hash, await find(hash, deadline, false), deadline)
    },
    async identify(request, deadline) {
      const hash = hashOf(request)
      try {
        return await touched(hash, await find(hash, deadline, true), deadline)
      } catch (error) {
        // A session that has just begun may not have reached that replica yet.
        if (!(error instanceof AppError && error.code === 'UNAUTHENTICATED')) throw error
        return await touched(hash, await find(hash, deadline, false), deadline)
      }
    },
  }
}

/**
 * Work that needs no account, done while the session is still being checked; its result counts only
 * when the session is good.
 */
export async function alongside<T>(
  session: Promise<Session>,
  work: () => Promise<T>,
): Promise<readonly [Session, T]> {
  // Caught at once: when the session is bad, nobody asks what became of the work. Begun in a promise:
  // were it to throw at once, nobody would ask what became of the session, and that ends the process.
  const outcome = Promise.resolve()
    .then(work)
    .then(
      (value) => ({ ok: true, value }) as const,
      (error: unknown) => ({ ok: false, error }) as const,
    )
  const checked = await session
  const result = await outcome
  if (!result.ok) throw result.error
  return [checked, result.value]
}
