/**
 * Calls operations by their names in the OpenAPI document, each from another address of the
 * loopback unless told which, and fails where an answer is not as documented.
 */
import { randomUUID } from 'node:crypto'
import type { Contract } from './contract.ts'
import { type RawAnswer, send } from './http.ts'

export type CallOptions = {
  readonly params?: Readonly<Record<string, string>>
  /** As it stands in the URL. */
  readonly query?: string
  /** Sent as JSON; a text or a buffer as it is. */
  readonly body?: unknown
  readonly token?: string | undefined
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly from?: string
  /** Which of the servers; drawn when left out. */
  readonly server?: number
}

export type Answer = RawAnswer & {
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document, looked into here and there.
  readonly body: any
}

export type Caller = {
  (operationId: string, options?: CallOptions): Promise<Answer>
  readonly contract: Contract
  /** `request-id status` of each answer from 500 on. */
  readonly failures: readonly string[]
}

export function createCaller(servers: readonly string[], contract: Contract): Caller {
  let calls = 0
  const failures: string[] = []
  const call = async (operationId: string, options: CallOptions = {}): Promise<Answer> => {
    const placed = contract.operation(operationId)
    const { params = {}, query, body, token, key, headers } = options
    calls += 1
    const server = servers[(options.server ?? calls) % servers.length]
    const path = placed.path.replaceAll(/\{(\w+)\}/g, (_, name) => params[name] ?? '')
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body)
    const answer = await send({
      url: `${server}${path}${query === undefined ? '' : `?${query}`}`,
      method: placed.method,
      from: options.from ?? `127.0.2.${1 + (calls % 250)}`,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(key === undefined ? {} : { 'Idempotency-Key': key }),
        ...headers,
      },
      body: body === undefined || isRaw ? body : JSON.stringify(body),
    })
    if (answer.status >= 500) failures.push(`${answer.headers['x-request-id']} ${answer.status}`)
    const violations = contract.violations(placed, answer)
    if (violations.length > 0) {
      throw new Error(`${operationId}: ${violations.join('; ')}`)
    }
    const isJson = String(answer.headers['content-type']).includes('json')
    return { ...answer, body: isJson ? JSON.parse(answer.text) : undefined }
  }
  return Object.assign(call, { contract, failures })
}

export const password = 'correct horse battery'

/** A new account of whatever role the servers serve, logged in: its token. */
export async function newSession(call: Caller, username = `u${randomUUID().slice(0, 13)}`) {
  const account = await call('createAccount', { body: { username, password } })
  if (account.status !== 201) throw new Error(`no account: ${account.text}`)
  const session = await call('logIn', { body: { username, password } })
  if (session.status !== 201) throw new Error(`no session: ${session.text}`)
  return { username, token: session.body.token as string, accountId: account.body.id as number }
}
