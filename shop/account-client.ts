/** The operations that sellers' and buyers' clients have in common: accounts, sessions, pages. */
import type { AccountRequest, LoginRequest, PageBody, SessionBody } from './bodies.ts'
import { ApiProblem } from './api-problem.ts'
import type { ApiClient } from './http-client.ts'

/** Hashing a password takes its time, more so when many log in at once. */
const HASHING_TIMEOUT_MS = 15_000

/** Every write takes a key of the caller's; one is drawn when left out. */
export type WriteOptions = { readonly idempotencyKey?: string | undefined }

export type AccountClient<Account> = {
  /** The session's token: set by login, gone after logout; settable, to go on with a stored one. */
  token: string | undefined
  /** The server in use. */
  readonly server: string
  /** USERNAME_TAKEN, RATE_LIMITED. */
  createAccount(request: AccountRequest, options?: WriteOptions): Promise<Account>
  /** BAD_CREDENTIALS, RATE_LIMITED. The token is used from then on. */
  login(request: LoginRequest): Promise<SessionBody>
  /** A session that has ended already is no error. */
  logout(): Promise<void>
  me(): Promise<Account>
  /** The page that `next` of another one names. */
  nextPage<Entry>(next: string): Promise<PageBody<Entry>>
  /** Closes idle connections. */
  close(): void
}

export function createAccountClient<Account>(api: ApiClient): AccountClient<Account> {
  return {
    get token() {
      return api.token
    },
    set token(token) {
      api.token = token
    },
    get server() {
      return api.server
    },
    async createAccount(body, options) {
      const path = '/v1/accounts'
      const attemptTimeoutMs = HASHING_TIMEOUT_MS
      const answer = await api.request<Account>({
        method: 'post',
        path,
        body,
        attemptTimeoutMs,
        ...options,
      })
      return answer.body
    },
    async login(body) {
      const attemptTimeoutMs = HASHING_TIMEOUT_MS
      const path = '/v1/sessions'
      const answer = await api.request<SessionBody>({
        method: 'post',
        path,
        body,
        attemptTimeoutMs,
      })
      api.token = answer.body.token
      return answer.body
    },
    async logout() {
      try {
        await api.request({ method: 'delete', path: '/v1/sessions/current' })
      } catch (error) {
        if (!(error instanceof ApiProblem && error.status === 401)) throw error
      }
      api.token = undefined
    },
    async me() {
      return (await api.request<Account>({ method: 'get', path: '/v1/me' })).body
    },
    async nextPage<Entry>(next: string) {
      return (await api.request<PageBody<Entry>>({ method: 'get', path: next })).body
    },
    close: () => api.close(),
  }
}
