/**
 * Serves the unary methods of other services over one stream per caller: a stream of HTTP/2 for each
 * call costs both sides more than most calls do. It must not know which services they are.
 */
import type { ServerDuplexStream, ServiceDefinition } from '@grpc/grpc-js'
import { AppError } from '../../common/errors.ts'
import type { RequestLog } from '../request-log.ts'
import { callsDefinition } from './calls-definition.ts'
import { MESSAGE_MAX_BYTES } from './channel.ts'
import { encodeError } from './errors.ts'
import type { Answer, Call__Output, CallsHandlers } from './gen/index.ts'
import type { RpcService } from './server.ts'
import { type Answered, isUnary, knownRequestId, type UnaryMethod } from './unary.ts'

/** Calls under way on one stream; callers keep to fewer (call-stream.ts). */
const UNDER_WAY_MAX = 8_000

/** What an Answer has beside its reply. */
const ENVELOPE_BYTES = 64

type CallStream = ServerDuplexStream<Call__Output, Answer>
type Served = {
  readonly method: UnaryMethod<unknown, unknown>
  readonly definition: ServiceDefinition[string]
}

export type ServedCalls = RpcService & {
  /** Ends each stream once what has arrived on it is answered. */
  drain(): void
}

export function serveCalls(services: readonly RpcService[], requestLog: RequestLog): ServedCalls {
  const methods = methodsOf(services)
  const streams = new Set<OpenStream>()
  const implementation: CallsHandlers = {
    Open: (stream) => {
      const open = new OpenStream(stream, methods, requestLog)
      streams.add(open)
      stream.once('close', () => streams.delete(open))
    },
  }
  return {
    definition: callsDefinition(),
    implementation,
    drain() {
      for (const stream of streams) stream.drain()
    },
  }
}

function methodsOf(services: readonly RpcService[]): ReadonlyMap<string, Served> {
  const methods = new Map<string, Served>()
  for (const { definition, implementation } of services) {
    for (const [name, one] of Object.entries(definition)) {
      const method = implementation[name]
      if (isUnary(method)) methods.set(one.path, { method, definition: one })
    }
  }
  return methods
}

/** One caller's stream, from its opening until it is ended or broken off. */
class OpenStream {
  readonly #stream: CallStream
  readonly #methods: ReadonlyMap<string, Served>
  readonly #requestLog: RequestLog
  #underWay = 0
  /** No further calls come, or are wanted. */
  #isEnding = false
  #isGone = false

  constructor(stream: CallStream, methods: ReadonlyMap<string, Served>, requestLog: RequestLog) {
    this.#stream = stream
    this.#methods = methods
    this.#requestLog = requestLog
    stream.on('data', (call: Call__Output) => this.#take(call))
    stream.on('end', () => this.drain())
    stream.on('drain', () => stream.resume())
    // Whoever called has gone, or cannot be understood. What it asked for still runs to its end: a
    // command may be on its way through the group, and its caller asks elsewhere what became of it.
    const broken = (): void => {
      this.#isGone = true
    }
    stream.on('cancelled', broken)
    stream.on('error', broken)
  }

  drain(): void {
    this.#isEnding = true
    this.#endWhenIdle()
  }

  #take(call: Call__Output): void {
    const refusal = this.#refusal()
    if (refusal !== undefined) {
      this.#answer(call.id, { ok: false, error: refusal })
      return
    }
    this.#underWay += 1
    void this.#work(call).then((answered) => {
      this.#underWay -= 1
      this.#answer(call.id, answered)
      if (this.#isEnding) this.#endWhenIdle()
    })
  }

  /** Definite: nothing is begun. */
  #refusal(): AppError | undefined {
    if (this.#isEnding) return new AppError('UNAVAILABLE', { message: 'This replica is stopping' })
    if (this.#underWay < UNDER_WAY_MAX) return undefined
    const message = `${this.#underWay} calls of one caller are under way already`
    return new AppError('OVERLOADED', { message })
  }

  /** Never rejects. */
  async #work(call: Call__Output): Promise<Answered<Buffer>> {
    const requestId = knownRequestId(call.requestId)
    try {
      return await this.#call(call, requestId)
    } catch (error) {
      const line = { err: error, method: call.method }
      this.#requestLog.of(requestId).error(line, 'a bug: a message cannot be read or written')
      return { ok: false, error: new AppError('INTERNAL', { definite: false }) }
    }
  }

  async #call(call: Call__Output, requestId: string): Promise<Answered<Buffer>> {
    const served = this.#methods.get(call.method)
    if (served === undefined) {
      const message = `This replica does not serve ${call.method}`
      return { ok: false, error: new AppError('UNAVAILABLE', { message }) }
    }
    const { method, definition } = served
    const deadline = { atUnixMs: Date.now() + call.timeoutMs, requestId }
    const request: unknown = definition.requestDeserialize(call.request)
    const answered = await method.answer(request, { deadline }, call.method)
    if (!answered.ok) return answered
    const reply = definition.responseSerialize(answered.reply)
    if (reply.length + ENVELOPE_BYTES <= MESSAGE_MAX_BYTES) return { ok: true, reply }
    // One message over the limit would end the stream, and all that is under way on it.
    const message = `The reply of ${call.method} is too large: ${reply.length} bytes`
    return { ok: false, error: new AppError('BODY_TOO_LARGE', { message, definite: false }) }
  }

  #answer(id: number, answered: Answered<Buffer>): void {
    if (this.#isGone) return
    const answer: Answer = answered.ok
      ? { id, reply: answered.reply }
      : { id, error: encodeError(answered.error) }
    // A caller that asks faster than it reads is heard again when it has read.
    if (!this.#stream.write(answer)) this.#stream.pause()
  }

  #endWhenIdle(): void {
    if (this.#underWay > 0 || this.#isGone) return
    this.#isGone = true
    this.#stream.end()
  }
}
