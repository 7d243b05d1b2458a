/**
 * Sends requests made from the OpenAPI documents to a running marketplace, several at a time, and
 * holds every answer against its document. An answer of 5xx, or none at all, is a failure.
 */
import fc from 'fast-check'
import { type Caller, createCaller, newSession, password } from '../../rest/caller.ts'
import { readContract } from '../../rest/contract.ts'
import { type RawAnswer, send } from '../../rest/http.ts'
import { type FuzzRequest, requestsTo, type Side } from './requests.ts'

export type FuzzOptions = {
  readonly sellers: readonly string[]
  readonly buyers: readonly string[]
  readonly count: number
  /** The same seed makes the same requests. */
  readonly seed: number
}

/** Answers by `operation status`. */
export type FuzzReport = ReadonlyMap<string, number>

const AT_ONCE = 8
/** Few, so that many items are one's own and carts fill. */
const SESSIONS = 2

type Servers = {
  readonly call: Caller
  readonly servers: readonly string[]
  readonly sessions: { token: string; readonly username: string }[]
}

/** Rejects with what failed, shrunk to as little as shows it, and how to see it again. */
export async function fuzzRest({ sellers, buyers, count, seed }: FuzzOptions): Promise<FuzzReport> {
  const sides: Record<Side, Servers> = {
    seller: await openSide(sellers),
    buyer: await openSide(buyers),
  }
  const known = { item: ['1-1'], purchase: ['p1'], seller: ['1'] }
  const report = new Map<string, number>()

  async function attack(request: FuzzRequest): Promise<void> {
    const { id, method } = request
    const side = sides[request.side]
    const other = sides[request.side === 'seller' ? 'buyer' : 'seller']
    const path = request.path.replaceAll(/\{\{(\w+):(\d)\}\}/g, pick)
    const body = request.body?.replaceAll(/\{\{(\w+):(\d)\}\}/g, pick)
    const authorization = authorizationOf(request, side, other)
    const described = `${method} ${path} ${JSON.stringify({ ...request.headers, authorization })} ${body?.slice(0, 500)}`
    const answer = await send({
      url: `${side.servers[request.server % side.servers.length]}${path}`,
      method,
      headers: {
        ...request.headers,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(authorization === undefined ? {} : { Authorization: authorization }),
      },
      body,
    }).catch((cause: unknown) => {
      throw new Error(`no answer: ${described}`, { cause })
    })
    const violations = side.call.contract.violations(side.call.contract.operation(id), answer)
    if (answer.status >= 500) violations.push(`status ${answer.status}: ${answer.text}`)
    if (violations.length > 0) throw new Error(`${violations.join('; ')}\n${described}`)
    const counted = `${id} ${answer.status}`
    report.set(counted, (report.get(counted) ?? 0) + 1)
    await learn(request, answer, side)
  }

  function pick(_: string, kind: string, index: string): string {
    const ids = known[kind as keyof typeof known]
    return ids[Number(index) % ids.length] ?? ''
  }

  /** Ids to ask for, and a new session for one that was ended. */
  async function learn({ id, session }: FuzzRequest, answer: RawAnswer, side: Servers) {
    if (answer.status === 201 && (id === 'createItem' || id === 'buyCart')) {
      const ids = id === 'createItem' ? known.item : known.purchase
      ids.unshift(JSON.parse(answer.text).id)
      ids.length = Math.min(ids.length, 10)
    }
    const ended = side.sessions[session % SESSIONS]
    if (id !== 'logOut' || answer.status !== 204 || ended === undefined) return
    const { username } = ended
    ended.token = (await side.call('logIn', { body: { username, password } })).body.token
  }

  const requests = requestsTo({
    seller: sides.seller.call.contract.operations,
    buyer: sides.buyer.call.contract.operations,
  })
  const together = fc.array(requests, { minLength: AT_ONCE, maxLength: AT_ONCE })
  const property = fc.asyncProperty(together, async (batch) => {
    await Promise.all(batch.map(attack))
  })
  await fc.assert(property, {
    numRuns: Math.ceil(count / AT_ONCE),
    seed,
    interruptAfterTimeLimit: 3_600_000,
    markInterruptAsFailure: true,
  })
  return report
}

async function openSide(servers: readonly string[]): Promise<Servers> {
  const call = createCaller(servers, await readContract(servers[0] ?? ''))
  const sessions = []
  for (let index = 0; index < SESSIONS; index += 1) sessions.push(await newSession(call))
  return { call, servers, sessions }
}

function authorizationOf({ token, session }: FuzzRequest, side: Servers, other: Servers) {
  switch (token.kind) {
    case 'session':
      return `Bearer ${side.sessions[session % SESSIONS]?.token}`
    case 'other role':
      return `Bearer ${other.sessions[session % SESSIONS]?.token}`
    case 'text':
      return token.text
    case 'none':
      return undefined
  }
}
