/**
 * Who is asking: from a bearer token to the account behind it. The token itself stays here; the
 * customers group knows its hash, and decides on group time whether the session has expired.
 */
import { randomUUID } from 'node:crypto'
import type { Request } from 'express'
import { assert } from '../common/assert.ts'
import type { RequestDeadline } from '../common/deadline.ts'
import { AppError, errorTable } from '../common/errors.ts'
import type { Account__Output } from '../db-customers/api.ts'
import { bearerToken, tokenHash } from '../platform/http/bearer.ts'
import type { Customers } from './groups.ts'
import { TokenHolders } from './token-holders.ts'

export type Role = 'SELLER' | 'BUYER'

export type Session = {
  readonly account: Account__Output
  readonly tokenHash: Buffer
  readonly idleTimeoutSeconds: number
}

/** Whose request it is, as a command in the customers group needs it. */
export type Holder = Pick<Session, 'tokenHash'> & { readonly accountId: number }

export type Sessions = {
  /** UNAUTHENTICATED, SESSION_EXPIRED. Counts as activity. */
  check(request: Request, deadline: RequestDeadline): Promise<Session>
  /**
   * For what is read for the account: looked for while the session is still being checked where this
   * server knows whose it is, and counts only when the session is good. Rejects as `check` does.
   */
  checkWhile<T>(
    request: Request,
    deadline: RequestDeadline,
    read: (accountId: number) => Promise<T>,
  ): Promise<T>
  /**
   * For requests whose effect is a command that checks the session itself, in order, and records
   * activity when it succeeds (docs/decisions/0017). Rejects as `check` does, and with what `command`
   * rejects with. Counts as activity, even when the command is refused.
   */
  act<T extends { readonly replayed: boolean }>(
    request: Request,
    deadline: RequestDeadline,
    command: (holder: Holder) => Promise<T>,
  ): Promise<T>
  /**
   * For what the customers group finds through the session only, after a barrier, and tells together
   * with what a check tells. Rejects as `check` does; counts as activity.
   */
  find<T extends { readonly needsTouch: boolean }>(
    request: Request,
    deadline: RequestDeadline,
    query: (tokenHash: Buffer) => Promise<T>,
  ): Promise<T>
}

export function createSessions(customers: Customers, role: Role): Sessions {
  const accountIds = new TokenHolders()

  async function look(hash: Buffer, deadline: RequestDeadline, local: boolean): Promise<Session> {
    const request = { context: { local }, role, tokenHash: hash }
    const reply = await customers.checkSession(request, { deadline })
    const { account, idleTimeoutSeconds } = reply
    assert(account !== null, 'a session has an account')
    accountIds.remember(hash, account.id)
    await touchIfNeeded(hash, reply, deadline)
    return { account, tokenHash: hash, idleTimeoutSeconds }
  }
  /** A touch is an ordered write, so only what is recorded as old is touched. */
  async function touchIfNeeded(
    hash: Buffer,
    { needsTouch }: { readonly needsTouch: boolean },
    deadline: RequestDeadline,
  ): Promise<void> {
    if (!needsTouch) return
    const context = { requestId: randomUUID(), fingerprint: '', keepForADay: false }
    await customers.touchSession({ context, role, tokenHash: hash }, { deadline })
  }
  /** What the replica at hand knows will do: what follows is decided in order. */
  async function identify(hash: Buffer, deadline: RequestDeadline): Promise<Session> {
    try {
      return await look(hash, deadline, true)
    } catch (error) {
      // A session that has just begun may not have reached that replica yet.
      if (!(error instanceof AppError && error.code === 'UNAUTHENTICATED')) throw error
      return await look(hash, deadline, false)
    }
  }
  /** UNAUTHENTICATED when the request brings nothing that could be a token. */
  const hashOf = (request: Request): Buffer => tokenHash(bearerToken(request))
  return {
    async check(request, deadline) {
      return await look(hashOf(request), deadline, false)
    },
    async checkWhile(request, deadline, read) {
      const hash = hashOf(request)
      const known = accountIds.of(hash)
      const session = look(hash, deadline, false)
      if (known === undefined) return await read((await session).account.id)
      const [, found] = await alongside(session, () => read(known))
      return found
    },
    async find(request, deadline, query) {
      const hash = hashOf(request)
      const found = await query(hash)
      await touchIfNeeded(hash, found, deadline)
      return found
    },
    async act(request, deadline, command) {
      const hash = hashOf(request)
      const known = accountIds.of(hash)
      const accountId = known ?? (await identify(hash, deadline)).account.id
      try {
        const outcome = await command({ accountId, tokenHash: hash })
        // Decided when the first one asked: that one's session was good, not necessarily this one's.
        if (outcome.replayed) await look(hash, deadline, false)
        return outcome
      } catch (error) {
        // Else every further request with a dead token would be ordered, to be refused.
        if (isOver(error)) accountIds.forget(hash)
        if (isRefusal(error)) await look(hash, deadline, false)
        throw error
      }
    },
  }
}

/** The session has ended, or never was. */
function isOver(error: unknown): boolean {
  return error instanceof AppError && errorTable[error.code].http === 401
}

/** Of what was asked, not of the session: it leaves no activity, and may have been decided long ago. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof AppError)) return false
  const { http } = errorTable[error.code]
  return http < 500 && http !== 401
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
