/**
 * How operators reach a group: every replica is asked how it sees the group, and the one that leads
 * is asked for a change. It must not know what the answers mean beyond who leads.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, type MethodDefinition, type ServiceError } from '@grpc/grpc-js'
import { type Deadline, remainingMs } from '../../common/deadline.ts'
import { AppError } from '../../common/errors.ts'
import { formatHostPort, type HostPort } from '../../common/host-port.ts'
import type { TlsFiles } from '../../platform/config.ts'
import { authMetadata, rpcKey } from '../../platform/rpc/authentication.ts'
import { clientCredentials, clientOptions } from '../../platform/rpc/channel.ts'
import { errorFromStatus } from '../../platform/rpc/errors.ts'
import { send } from '../../platform/rpc/send.ts'
import type { GroupAction } from '../replicated-log.ts'
import { actionToMessage } from './action.ts'
import { groupDefinition } from './definition.ts'
import type { StatusReply__Output } from './gen/index.ts'
import { type Report, readReport } from './report.ts'

/** One address and what was heard from there: a report, or why there is none. */
export type Answer = HostPort & { readonly report: Report | undefined; readonly problem: string }

export type GroupOperatorOptions = {
  /** Where members may be; more are learnt from what they report. */
  readonly members: readonly HostPort[]
  /** CLUSTER_SECRET. */
  readonly secret: string
  readonly tls?: TlsFiles | undefined
}

/** A replica that hangs must not keep a person waiting. */
const lookTimeoutMs = 1_500
const askAgainMs = 200

export class GroupOperator {
  readonly #options: GroupOperatorOptions
  readonly #key: Buffer
  readonly #definition = groupDefinition()
  readonly #clients = new Map<string, { readonly at: HostPort; readonly client: Client }>()
  #closed = false

  constructor(options: GroupOperatorOptions) {
    this.#options = options
    this.#key = rpcKey(options.secret)
    for (const { host, port } of options.members) this.#clientOf({ host, port })
  }

  /** Somebody may be there, too: asked from the next look on. */
  alsoAsk({ host, port }: HostPort): void {
    this.#clientOf({ host, port })
  }

  /** Asks all that are known, and those that they name. Never rejects. */
  async look(): Promise<Answer[]> {
    const asked = new Map<string, Promise<Answer>>()
    for (;;) {
      const fresh = [...this.#clients].filter(([address]) => !asked.has(address))
      if (fresh.length === 0 || this.#closed) return await Promise.all(asked.values())
      for (const [address, { at, client }] of fresh) asked.set(address, this.#report(at, client))
      for (const { report } of await Promise.all(asked.values())) {
        for (const { host, port } of report?.protocolDetails.configuration ?? []) {
          this.#clientOf({ host, port })
        }
      }
    }
  }

  /**
   * Asks whoever leads, and another one when the lead has moved. Throws AppError: what the group
   * said; UNAVAILABLE when nobody leads until the deadline; indefinite when the answer is missing.
   */
  async administer(action: GroupAction, deadline: Deadline): Promise<void> {
    let last: AppError | undefined
    while (remainingMs(deadline, Date.now()) > 0) {
      const leader = leaderAmong(await this.look())
      if (leader !== undefined) {
        try {
          return await this.#ask(leader, action, deadline)
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          if (error.code !== 'UNAVAILABLE' || !error.definite) throw error
          last = error
        }
      }
      await sleep(Math.min(askAgainMs, Math.max(0, remainingMs(deadline, Date.now()))))
    }
    throw last ?? new AppError('UNAVAILABLE', { message: nobodyLeads })
  }

  close(): void {
    this.#closed = true
    for (const { client } of this.#clients.values()) client.close()
  }

  async #report(at: HostPort, client: Client): Promise<Answer> {
    try {
      const deadline = { atUnixMs: Date.now() + lookTimeoutMs }
      const reply = await this.#call(client, this.#definition.GetStatus, {}, deadline)
      const report = readReport((reply as StatusReply__Output).json)
      return { ...at, report, problem: report === undefined ? 'its status cannot be read' : '' }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const hangs = error.code === 'DEADLINE_EXCEEDED'
      const problem = hangs
        ? `no answer within ${lookTimeoutMs} ms`
        : connectionTrouble(error.message)
      return { ...at, report: undefined, problem }
    }
  }

  async #ask(leader: HostPort, action: GroupAction, deadline: Deadline): Promise<void> {
    const client = this.#clientOf(leader)
    await this.#call(client, this.#definition.Administer, actionToMessage(action), deadline)
  }

  async #call(client: Client, method: unknown, request: unknown, { atUnixMs }: Deadline) {
    const definition = method as MethodDefinition<unknown, unknown>
    try {
      const metadata = authMetadata(this.#key, definition.path)
      return await send(client, definition, request, metadata, atUnixMs)
    } catch (error) {
      throw errorFromStatus(error as ServiceError)
    }
  }

  #clientOf({ host, port }: HostPort): Client {
    const address = formatHostPort({ host, port })
    const known = this.#clients.get(address)
    if (known !== undefined) return known.client
    const client = new Client(address, clientCredentials(this.#options.tls), clientOptions)
    this.#clients.set(address, { at: { host, port }, client })
    return client
  }
}

const nobodyLeads =
  'no member of the group says that it leads: see who is up (./agora status), start the others'

/** grpc-js tells how it came to have no connection; why is enough. */
export function connectionTrouble(message: string): string {
  return /Last error: (?:Error: )?(.+?)\. Resolution note/.exec(message)?.[1] ?? message
}

/** The one that leads in the latest term; in a group that has no leader, any that answers. */
export function leaderAmong(answers: readonly Answer[]): Answer | undefined {
  const heard = answers.filter(({ report }) => report !== undefined)
  if (heard.some(({ report }) => report?.protocol !== 'raft')) return heard[0]
  const term = (answer: Answer): number => answer.report?.protocolDetails.term ?? 0
  return heard
    .filter(({ report }) => report?.protocolDetails.role === 'leader')
    .sort((a, b) => term(b) - term(a))[0]
}
