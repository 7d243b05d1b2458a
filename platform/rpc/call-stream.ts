/**
 * The calls to one replica, over one stream that is opened when it is first needed, and again after
 * it broke. What becomes of a failure is the caller's business; it must not know other replicas.
 */
import {
  type Client,
  type ClientDuplexStream,
  Metadata,
  type MethodDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import type { Deadline } from '../../common/deadline.ts'
import { AppError } from '../../common/errors.ts'
import { authMetadata } from './authentication.ts'
import { callsDefinition } from './calls-definition.ts'
import { MESSAGE_MAX_BYTES } from './channel.ts'
import { decodeError, errorFromStatus } from './errors.ts'
import type { Answer__Output, Call } from './gen/index.ts'
import { REQUEST_ID_HEADER } from './unary.ts'

/** More are refused: no replica answers so many in time. */
const UNDER_WAY_MAX = 4_000

/** The call that opens a stream began a little before it. */
const OPENING_MS = 50

/** What a Call has beside its request: two numbers, the method, the request's id. */
const ENVELOPE_BYTES = 512

export type CallOutcome =
  | { readonly kind: 'reply'; readonly reply: unknown }
  /** The replica's own words. */
  | { readonly kind: 'refused'; readonly error: AppError }
  /** It was never sent, or its reply cannot be read. */
  | { readonly kind: 'failed'; readonly error: AppError }
  /** The stream could not be opened, or broke off, with all calls on it. */
  | { readonly kind: 'lost'; readonly error: AppError }
  /** Nothing was heard until the deadline, or from the replica at all: see giveUpIfSilent. */
  | { readonly kind: 'late' }

type Method = MethodDefinition<unknown, unknown>

type UnderWay = {
  readonly method: Method
  readonly timer: NodeJS.Timeout
  readonly resolve: (outcome: CallOutcome) => void
}

type OpenStream = {
  readonly stream: ClientDuplexStream<Call, Answer__Output>
  readonly underWay: Map<number, UnderWay>
  readonly openedAtMs: number
  lastAnswerAtMs: number
}

export class CallStream {
  readonly #client: Client
  readonly #key: Buffer
  readonly #open = callsDefinition().Open
  #opened: OpenStream | undefined
  #lastId = 0

  /** `key`: rpcKey of the cluster's secret. Opens nothing yet. */
  constructor(client: Client, key: Buffer) {
    this.#client = client
    this.#key = key
  }

  /** Never rejects. Answers come in any order. */
  async call(method: Method, request: unknown, deadline: Deadline): Promise<CallOutcome> {
    const encoded = method.requestSerialize(request)
    if (encoded.length + ENVELOPE_BYTES > MESSAGE_MAX_BYTES) {
      // Sent, it would end the stream, and all that is under way on it.
      const message = `The request of ${method.path} is too large: ${encoded.length} bytes`
      return { kind: 'failed', error: new AppError('BODY_TOO_LARGE', { message }) }
    }
    const { requestId = '' } = deadline
    this.#opened ??= this.#openStream(requestId)
    const { stream, underWay } = this.#opened
    if (underWay.size >= UNDER_WAY_MAX) {
      const message = `${underWay.size} calls to this replica are under way already`
      return { kind: 'failed', error: new AppError('OVERLOADED', { message }) }
    }
    const timeoutMs = Math.max(1, deadline.atUnixMs - Date.now())
    const id = this.#nextId()
    return await new Promise((resolve) => {
      const expire = (): void => {
        underWay.delete(id)
        resolve({ kind: 'late' })
      }
      underWay.set(id, { method, resolve, timer: setTimeout(expire, timeoutMs) })
      stream.write({ id, method: method.path, timeoutMs, requestId, request: encoded })
    })
  }

  /**
   * When nothing at all was heard since then (of performance.now()), the stream is broken off: its
   * replica hangs, and would find everything that waits in it when it wakes up.
   */
  giveUpIfSilent(sinceMs: number): void {
    const opened = this.#opened
    if (opened === undefined || opened.lastAnswerAtMs >= sinceMs) return
    // Another call has given up the one that was silent already.
    if (opened.openedAtMs > sinceMs + OPENING_MS) return
    // For all that wait it hangs, as it does for who found out first.
    this.#end(opened, { kind: 'late' })
    opened.stream.cancel()
  }

  /** Calls under way fail. */
  close(): void {
    const opened = this.#opened
    if (opened === undefined) return
    this.#lost(opened, failure(status.CANCELLED, 'the client was closed'))
    opened.stream.cancel()
  }

  /** In the log of a replica that refuses it, it is the first request's. */
  #openStream(requestId: string): OpenStream {
    const { path, requestSerialize, responseDeserialize } = this.#open
    const metadata = authMetadata(this.#key, path)
    if (requestId !== '') metadata.set(REQUEST_ID_HEADER, requestId)
    const stream = this.#client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      metadata,
    )
    const openedAtMs = performance.now()
    const opened: OpenStream = { stream, underWay: new Map(), openedAtMs, lastAnswerAtMs: 0 }
    stream.on('data', (answer: Answer__Output) => settle(opened, answer))
    stream.on('error', (error: ServiceError) => this.#lost(opened, error))
    stream.on('end', () =>
      this.#lost(opened, failure(status.UNAVAILABLE, 'the replica ended the stream: it stops')),
    )
    return opened
  }

  /** Whatever the reason, it is the stream's: none of the calls on it is at fault. */
  #lost(opened: OpenStream, cause: ServiceError): void {
    const { message, definite } = errorFromStatus(cause)
    const error = new AppError('UNAVAILABLE', { message, definite, cause })
    this.#end(opened, { kind: 'lost', error })
  }

  #end(opened: OpenStream, outcome: CallOutcome): void {
    if (this.#opened === opened) this.#opened = undefined
    const waiting = [...opened.underWay.values()]
    opened.underWay.clear()
    for (const { timer, resolve } of waiting) {
      clearTimeout(timer)
      resolve(outcome)
    }
  }

  /** 1 to 2^32 − 1, then from 1 again: by then the first has been answered long ago. */
  #nextId(): number {
    this.#lastId = this.#lastId >= 0xffff_ffff ? 1 : this.#lastId + 1
    return this.#lastId
  }
}

/** An answer to whom nobody waits any more came too late. */
function settle(opened: OpenStream, { id, reply, error }: Answer__Output): void {
  opened.lastAnswerAtMs = performance.now()
  const call = opened.underWay.get(id)
  if (call === undefined) return
  opened.underWay.delete(id)
  clearTimeout(call.timer)
  call.resolve(outcomeOf(call.method, reply, error))
}

function outcomeOf(method: Method, reply?: Buffer, error?: Buffer): CallOutcome {
  const said = error === undefined ? undefined : decodeError(error)
  if (said !== undefined) return { kind: 'refused', error: said }
  try {
    if (reply !== undefined) return { kind: 'reply', reply: method.responseDeserialize(reply) }
  } catch {
    // What protobuf says of bytes that are no such message names offsets: below is what happened.
  }
  const details = `the replica's answer to ${method.path} cannot be read`
  return { kind: 'failed', error: new AppError('INTERNAL', { message: details, definite: false }) }
}

function failure(code: status, details: string): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata: new Metadata() })
}
