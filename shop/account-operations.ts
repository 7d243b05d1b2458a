/**
 * Creating accounts, logging in and out, and who one is: the same for sellers and buyers. It must not
 * know what else a role can do.
 */
import { randomUUID } from 'node:crypto'
import type { Request, Response } from 'express'
import { z } from 'zod'
import { assert } from '../common/assert.ts'
import type { Deadline } from '../common/deadline.ts'
import { AppError } from '../common/errors.ts'
import { codePointLength, isPlainText, nfc, usernameKey } from '../common/unicode.ts'
import type { Account__Output } from '../db-customers/api.ts'
import type { Config } from '../platform/config.ts'
import type { Api } from '../platform/http/api.ts'
import { bearerToken, newToken, tokenHash } from '../platform/http/bearer.ts'
import { clientAddressOf } from '../platform/http/client-address.ts'
import { idempotencyOf } from '../platform/http/idempotency.ts'
import { type AttemptsKnown, noneLeft, oneLess, tellLimit, tooMany } from './attempt-limits.ts'
import { type AccountBody, type SessionBody, session } from './bodies.ts'
import * as field from './fields.ts'
import { type Customers, writeUnlessKept } from './groups.ts'
import { InTurn } from './in-turn.ts'
import type { Passwords } from './passwords.ts'
import type { Role, Sessions } from './sessions.ts'

export type AccountOptions = {
  readonly role: Role
  readonly customers: Customers
  readonly sessions: Sessions
  readonly passwords: Passwords
  readonly config: Pick<Config, 'clusterSecret' | 'rateLimits' | 'sessionIdleSeconds'>
  /** The account as this role's answers show it. */
  readonly body: (account: Account__Output) => AccountBody
  /** What `body` makes. */
  readonly schema: z.ZodType<AccountBody>
}

const tag = 'Accounts and sessions'

const accountRequest = z.strictObject({
  username: field.username,
  password: field.password,
  name: field.name
    .meta({ description: 'The username when left out.', examples: ['Ada Lovelace'] })
    .optional(),
})

/** Whatever could be somebody's password is compared; what could not is refused as wrong, not as bad. */
const loginRequest = z.strictObject({
  username: z
    .string({ error: 'must be a text' })
    .overwrite((text) => nfc(text.trim()))
    .refine((text) => isPlainText(text) && codePointLength(text) <= field.NAME_LENGTH_MAX, {
      error: 'must be a username',
    })
    .refine((text) => text !== '', { error: 'must not be empty' })
    .meta({ minLength: 1, maxLength: field.NAME_LENGTH_MAX, examples: ['ada'] }),
  password: z
    .string({ error: 'must be a text' })
    .overwrite(nfc)
    .refine((text) => codePointLength(text) <= field.PASSWORD_LENGTH_MAX, {
      error: `must be at most ${field.PASSWORD_LENGTH_MAX} characters`,
    })
    .meta({
      maxLength: field.PASSWORD_LENGTH_MAX,
      format: 'password',
      examples: ['correct horse battery staple'],
    }),
})

export function addAccountOperations(api: Api, options: AccountOptions): void {
  const { role, customers, sessions, body } = options
  // Else as many guesses as can be sent at once would be let through before the first is counted.
  const guesses = new InTurn()
  api.operation(
    {
      method: 'post',
      path: '/v1/accounts',
      id: 'createAccount',
      summary: 'Create an account',
      tag,
      idempotent: true,
      body: accountRequest,
      replies: { 201: { description: 'The account', schema: options.schema } },
      problems: ['USERNAME_TAKEN', 'IDEMPOTENCY_MISMATCH'],
    },
    async ({ request, response, body: wanted, deadline }) => {
      const reply = await createAccount(request, response, wanted, deadline, options)
      assert(reply.account !== null, 'an account that was created is returned')
      return { status: 201, body: body(reply.account), replayed: reply.replayed }
    },
  )
  api.operation(
    {
      method: 'post',
      path: '/v1/sessions',
      id: 'logIn',
      summary: 'Log in: begin a session',
      tag,
      body: loginRequest,
      replies: {
        201: {
          description: 'The session’s token, and whose it is',
          schema: session(options.schema),
        },
      },
      problems: ['BAD_CREDENTIALS'],
    },
    async ({ request, response, body: wanted, deadline }) => {
      const whose = JSON.stringify([usernameKey(wanted.username), clientAddressOf(request)])
      const account = await guesses.run(whose, () =>
        checkPassword(request, response, wanted, deadline, options),
      )
      return { status: 201, body: await beginSession(account, deadline, options) }
    },
  )
  api.operation(
    {
      method: 'delete',
      path: '/v1/sessions/current',
      id: 'logOut',
      summary: 'Log out: end the session, and its cart unless that was saved',
      tag,
      session: 'alsoExpired',
      replies: { 204: { description: 'The session has ended' } },
    },
    async ({ request, deadline }) => {
      const ended = { context: onlyOnce(), role, tokenHash: tokenHash(bearerToken(request)) }
      await customers.endSession(ended, { deadline })
      return {}
    },
  )
  api.operation(
    {
      method: 'get',
      path: '/v1/me',
      id: 'showMe',
      summary: 'The account of the session',
      tag,
      session: true,
      replies: { 200: { description: 'The account', schema: options.schema } },
    },
    async ({ request, deadline }) => {
      const { account } = await sessions.check(request, deadline)
      return { body: body(account) }
    },
  )
}

async function createAccount(
  request: Request,
  response: Response,
  { username, password, name = username }: z.output<typeof accountRequest>,
  deadline: Deadline,
  { role, customers, passwords, config }: AccountOptions,
) {
  const key = usernameKey(username)
  const scope = { role, accountScope: key, secret: config.clusterSecret }
  const idempotency = idempotencyOf(request, scope)
  const { accountsPerWindow: limit, windowSeconds } = config.rateLimits
  const address = clientAddressOf(request)
  const asked = { context: {}, address, limit, requestId: idempotency.requestIdFor('create') }
  const known = await customers.getCreationLimit(asked, { deadline })
  const tell = (state: AttemptsKnown) =>
    tellLimit(response, 'accounts', { ...state, limit, windowSeconds })
  // A repeat is told what the first one was told, whatever was created since.
  if (known.retryAfterMs > 0 && !known.answered) {
    tell(known)
    throw tooMany('Too many accounts have been created from this address', known.retryAfterMs)
  }
  // Another salt makes another hash on each attempt; the outcome that the group keeps is the first's.
  const passwordHash = await passwords.hash(password)
  const wanted = { role, username, usernameKey: key, name, passwordHash, address }
  try {
    const reply = await writeUnlessKept(idempotency, 'create', (context) =>
      customers.createAccount({ ...wanted, context, limit, windowSeconds }, { deadline }),
    )
    tell(reply.replayed ? known : oneLess(known))
    return reply
  } catch (error) {
    // Others may have used up what was left meanwhile: the group decides.
    tell(error instanceof AppError && error.code === 'RATE_LIMITED' ? noneLeft(error) : known)
    throw error
  }
}

/** The limit is checked before anything is hashed, and only a failure is ordered. */
async function checkPassword(
  request: Request,
  response: Response,
  { username, password }: z.output<typeof loginRequest>,
  deadline: Deadline,
  { role, customers, passwords, config }: AccountOptions,
): Promise<Account__Output> {
  const { failedLoginsPerWindow: limit, windowSeconds } = config.rateLimits
  const attempt = { role, usernameKey: usernameKey(username), address: clientAddressOf(request) }
  const known = await customers.getCredentials({ ...attempt, limit, windowSeconds }, { deadline })
  const tell = (state: AttemptsKnown) =>
    tellLimit(response, 'failed-logins', { ...state, limit, windowSeconds })
  if (known.retryAfterMs > 0) {
    tell(known)
    throw tooMany('Too many failed logins', known.retryAfterMs)
  }
  const hash = known.found ? known.passwordHash : undefined
  if ((await passwords.verify(hash, password)) && known.account !== null) {
    tell(known)
    return known.account
  }
  tell(oneLess(known))
  if (limit > 0) {
    const failed = { ...attempt, context: onlyOnce(), windowSeconds }
    await customers.recordFailedLogin(failed, { deadline })
  }
  throw new AppError('BAD_CREDENTIALS')
}

async function beginSession(
  account: Account__Output,
  deadline: Deadline,
  { role, customers, config, body }: AccountOptions,
): Promise<SessionBody> {
  const token = newToken()
  const reply = await customers.createSession(
    {
      context: onlyOnce(),
      role,
      accountId: account.id,
      tokenHash: tokenHash(token),
      idleTimeoutSeconds: config.sessionIdleSeconds,
    },
    { deadline },
  )
  return {
    token,
    account: body(reply.account ?? account),
    idleTimeoutSeconds: reply.idleTimeoutSeconds,
  }
}

/** Sessions take no idempotency keys: a repeated login begins another session, which harms nobody. */
function onlyOnce() {
  return { requestId: randomUUID(), fingerprint: '', keepForADay: false }
}
