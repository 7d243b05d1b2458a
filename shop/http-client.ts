/**
 * What the seller's and the buyer's HTTP clients share: one of several servers, another one when it
 * fails, the same request under the same idempotency key, until an answer is final. It must not know
 * any operation.
 */
import { randomInt, randomUUID } from 'node:crypto'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import axios, { type AxiosInstance, type AxiosResponse } from 'axios'
import { ApiProblem, type ProblemBody } from './api-problem.ts'
import { watchServer } from './liveness.ts'

export type ServerChange = {
  readonly from: string
  readonly to: string
  /** Why the former one was left. */
  readonly reason: string
}

export type ClientOptions = {
  /** Base URLs: `http://127.0.0.1:5000`. */
  readonly servers: readonly string[]
  /** Of a session begun earlier. */
  readonly token?: string | undefined
  /** Told when the client goes on with another server; users need not notice. */
  readonly onServerChange?: (change: ServerChange) => void
  /** Certificates (PEM) to trust, when servers speak TLS under an authority of their own. */
  readonly ca?: string | Buffer | undefined
  /** How long a call may take altogether, over all servers. Default 20,000. */
  readonly giveUpAfterMs?: number
  /**
   * While an answer is awaited, the server is asked at this interval whether it lives; one that does
   * not say so is left at once. For people: programs wait for the attempt's timeout.
   */
  readonly probeIntervalMs?: number
  /** Told when a call begins; what it returns is called when the call has ended. */
  readonly onCall?: () => () => void
  /** Asked at each call: gives it up, with the signal's reason. A write may have happened then. */
  readonly signal?: () => AbortSignal
}

export type ApiRequest = {
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  /** With its query: `/v1/items?limit=5`. */
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** One attempt, at one server. Default 8,000. */
  readonly attemptTimeoutMs?: number
  /** For a write; drawn when left out. */
  readonly idempotencyKey?: string | undefined
}

export type ApiAnswer<Body> = {
  readonly status: number
  readonly body: Body
  readonly headers: Readonly<Record<string, string | undefined>>
  /** True when the first answer to the same key was returned. */
  readonly isReplayed: boolean
  /** How often the request was sent. */
  readonly attempts: number
}

export type ApiClient = {
  /** Resolves with an answer of 2xx; throws ApiProblem for all else. */
  request<Body>(request: ApiRequest): Promise<ApiAnswer<Body>>
  /** Sent with every request, when set. */
  token: string | undefined
  /** The server in use. */
  readonly server: string
  /** Closes idle connections. */
  close(): void
}

const GIVE_UP_AFTER_MS = 20_000
/** Longer than a server takes to say that it cannot (6 s): its reason is worth more than a timeout. */
const ATTEMPT_TIMEOUT_MS = 8_000
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1_000
/** Answers of a server that cannot serve just now; the write may have happened: same key again. */
const tryElsewhere: ReadonlySet<number> = new Set([502, 503, 504])

/** Why there is no answer. Holds nothing of the request: no password, no card. */
class NotReached extends Error {
  override readonly name = 'NotReached'
}

export function createApiClient(options: ClientOptions): ApiClient {
  const { servers, onServerChange, giveUpAfterMs = GIVE_UP_AFTER_MS } = options
  if (servers.length === 0) throw new RangeError('a client needs at least one server')
  const httpAgent = new HttpAgent({ keepAlive: true })
  const httpsAgent = new HttpsAgent({
    keepAlive: true,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  })
  const http = axios.create({
    httpAgent,
    httpsAgent,
    proxy: false,
    maxRedirects: 0,
    validateStatus: () => true,
  })
  let current = randomInt(servers.length)
  const serverAt = (index: number): string => servers[index % servers.length] ?? ''

  const leave = (index: number, reason: string): void => {
    // Another call may have left it already.
    if (current !== index || servers.length === 1) return
    const step = randomInt(1, servers.length)
    current = (index + step) % servers.length
    onServerChange?.({ from: serverAt(index), to: serverAt(current), reason })
  }

  const ask = async <Body>(request: ApiRequest): Promise<ApiAnswer<Body>> => {
    const giveUpAtMs = Date.now() + giveUpAfterMs
    const headers = headersOf(request, client.token)
    const signal = options.signal?.()
    let pauseMs = FIRST_PAUSE_MS
    let said: ApiProblem | undefined
    for (let attempts = 1; ; attempts += 1) {
      const index = current
      const leftMs = giveUpAtMs - Date.now()
      const result = await attempt(http, serverAt(index), request, {
        headers,
        leftMs,
        signal,
        probeIntervalMs: options.probeIntervalMs,
      })
      if (!(result instanceof ApiProblem)) return finalAnswer<Body>(result, attempts)
      leave(index, result.detail)
      // What a server said tells more than that the last attempt was cut short.
      if (!(result.cause instanceof NotReached)) said = result
      if (Date.now() + pauseMs >= giveUpAtMs) throw said ?? result
      // The first time round the others are asked at once.
      if (attempts >= servers.length || isBusy(result)) {
        await sleep(randomInt(Math.ceil(pauseMs / 2), pauseMs + 1))
        signal?.throwIfAborted()
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
      }
    }
  }

  const client: ApiClient = {
    token: options.token,
    get server() {
      return serverAt(current)
    },
    async request<Body>(request: ApiRequest): Promise<ApiAnswer<Body>> {
      const ended = options.onCall?.()
      try {
        return await ask<Body>(request)
      } finally {
        ended?.()
      }
    },
    close() {
      httpAgent.destroy()
      httpsAgent.destroy()
    },
  }
  return client
}

function headersOf(request: ApiRequest, token: string | undefined): Record<string, string> {
  const key = request.method === 'get' ? undefined : (request.idempotencyKey ?? randomUUID())
  return {
    accept: 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...request.headers,
  }
}

type AttemptOptions = {
  readonly headers: Record<string, string>
  readonly leftMs: number
  readonly signal: AbortSignal | undefined
  readonly probeIntervalMs: number | undefined
}

/** A problem here means: this server, just now. Anything it decided is the response. */
async function attempt(
  http: AxiosInstance,
  server: string,
  { method, path, body, attemptTimeoutMs = ATTEMPT_TIMEOUT_MS }: ApiRequest,
  { headers, leftMs, signal, probeIntervalMs }: AttemptOptions,
): Promise<AxiosResponse | ApiProblem> {
  signal?.throwIfAborted()
  const watch =
    probeIntervalMs === undefined ? undefined : watchServer(http, server, probeIntervalMs)
  const signals = [signal, watch?.signal].filter((one) => one !== undefined)
  const timeout = Math.max(1, Math.min(attemptTimeoutMs, leftMs))
  try {
    const response = await http.request({
      method,
      url: server + path,
      ...(body === undefined ? {} : { data: body }),
      headers,
      timeout,
      ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
    })
    return tryElsewhere.has(response.status) ? problemOf(response) : response
  } catch (cause) {
    signal?.throwIfAborted()
    // What an axios error holds of the request (password, card) must not reach a log.
    const said = axios.isAxiosError(cause) ? (cause.code ?? cause.message) : String(cause)
    const reason = watch?.signal.aborted === true ? 'it shows no sign of life' : said
    const detail = `${server} cannot be reached (${reason})`
    const body = { title: 'No server answers', code: 'UNAVAILABLE', detail }
    return new ApiProblem(503, body, undefined, new NotReached(reason))
  } finally {
    watch?.stop()
  }
}

function isBusy(problem: ApiProblem): boolean {
  return problem.code === 'OVERLOADED'
}

function finalAnswer<Body>(response: AxiosResponse, attempts: number): ApiAnswer<Body> {
  const { status, data } = response
  if (status < 200 || status > 299) throw problemOf(response)
  const headers = headersOfAnswer(response)
  const isReplayed = headers['idempotent-replayed'] === 'true'
  return { status, body: data as Body, headers, isReplayed, attempts }
}

function problemOf(response: AxiosResponse): ApiProblem {
  const { status, data } = response
  const isProblem = typeof data === 'object' && data !== null
  const body: ProblemBody = isProblem ? (data as ProblemBody) : { detail: `answered ${status}` }
  const retryAfter = Number(headersOfAnswer(response)['retry-after'])
  return new ApiProblem(status, body, Number.isFinite(retryAfter) ? retryAfter : undefined)
}

function headersOfAnswer(response: AxiosResponse): Record<string, string | undefined> {
  const entries = Object.entries(response.headers)
  return Object.fromEntries(entries.map(([key, value]) => [key.toLowerCase(), String(value)]))
}

/** `/v1/items?category=3&keyword=red&keyword=shoe`: what is undefined stays out. */
export function pathWithQuery(
  path: string,
  query: Readonly<Record<string, string | number | readonly string[] | undefined>>,
): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  const text = search.toString()
  return text === '' ? path : `${path}?${text}`
}
