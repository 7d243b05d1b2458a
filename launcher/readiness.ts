/** Asks processes whether they are ready: REST and SOAP servers over HTTP, databases over grpc.health.v1. */
import { readFileSync } from 'node:fs'
import { Agent as HttpsAgent } from 'node:https'
import grpc from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import axios from 'axios'
import { protoPath } from 'grpc-health-check'
import type { TlsFiles } from '../platform/config.ts'
import { clientCredentials } from '../platform/rpc/channel.ts'
import { connectionTrouble } from '../replication/operator/client.ts'
import type { PlannedProcess } from './plan.ts'

export type Probe = {
  readonly ready: boolean
  /** It said something, if only that it is not ready. */
  readonly answered: boolean
  readonly reason: string
  readonly tookMs: number
}
type Answer = Pick<Probe, 'answered' | 'reason'>

const probeTimeoutMs = 2_000

/** Never throws: what goes wrong is the reason. */
export async function probe(plan: PlannedProcess): Promise<Probe> {
  const startedAtMs = performance.now()
  const { answered, reason } =
    plan.readiness.kind === 'http'
      ? await probeHttp(plan.readiness.url, plan.tls)
      : await probeGrpc(`${plan.host}:${plan.port}`, plan.tls)
  return { ready: reason === '', answered, reason, tookMs: performance.now() - startedAtMs }
}

async function probeHttp(url: string, tls: TlsFiles | undefined): Promise<Answer> {
  try {
    const httpsAgent = tls && new HttpsAgent({ ca: readFileSync(tls.caPath) })
    const options = { timeout: probeTimeoutMs, validateStatus: () => true }
    const answer = await axios.get(url, { ...options, ...(httpsAgent && { httpsAgent }) })
    if (answer.status === 200) return { answered: true, reason: '' }
    const body: unknown = answer.data
    const said = body === undefined ? '' : `: ${JSON.stringify(body)}`
    return { answered: true, reason: `answers ${answer.status}${said}` }
  } catch (error) {
    return { answered: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

type HealthAnswer = { readonly status: string }
type HealthClient = grpc.Client & {
  check(
    request: { service: string },
    options: { deadline: number },
    callback: (error: grpc.ServiceError | null, answer?: HealthAnswer) => void,
  ): void
}

const healthPackage = grpc.loadPackageDefinition(loadSync(protoPath, { enums: String }))
const Health = (healthPackage as unknown as { grpc: { health: { v1: { Health: unknown } } } }).grpc
  .health.v1.Health as new (
  address: string,
  credentials: grpc.ChannelCredentials,
) => HealthClient

function probeGrpc(address: string, tls: TlsFiles | undefined): Promise<Answer> {
  // A channel of its own for each probe: a kept one would sit in its reconnect backoff.
  const client = new Health(address, clientCredentials(tls))
  return new Promise((resolve) => {
    const deadline = Date.now() + probeTimeoutMs
    client.check({ service: '' }, { deadline }, (error, answer) => {
      client.close()
      if (error !== null) {
        const reason = connectionTrouble(error.details || error.message)
        resolve({ answered: false, reason })
      } else {
        const reason = answer?.status === 'SERVING' ? '' : 'is catching up with its group'
        resolve({ answered: true, reason })
      }
    })
  })
}

export type WaitOptions = {
  readonly timeoutMs: number
  /** Called when a process has become ready. */
  readonly onReady: (plan: PlannedProcess, ready: number, total: number) => void
  readonly cancelled: () => boolean
  /** Why waiting for this one is of no use; undefined: it is. */
  readonly hopeless?: (plan: PlannedProcess) => string | undefined
}

/** `hopeless`: it runs, and will not be ready before somebody does something about it. */
export type Late = {
  readonly plan: PlannedProcess
  readonly reason: string
  readonly hopeless: boolean
}

/** Resolves with the processes that are not ready when the time is over; empty = all are. */
export async function waitUntilReady(
  plans: readonly PlannedProcess[],
  options: WaitOptions,
): Promise<Late[]> {
  const giveUpAtMs = performance.now() + options.timeoutMs
  let ready = 0
  const waiting = plans.map(async (plan) => {
    for (;;) {
      const answer = await probe(plan)
      if (answer.ready) {
        ready += 1
        options.onReady(plan, ready, plans.length)
        return undefined
      }
      const obstacle = options.hopeless?.(plan)
      if (obstacle !== undefined) return { plan, reason: obstacle, hopeless: true }
      if (options.cancelled() || performance.now() > giveUpAtMs)
        return { plan, reason: answer.reason, hopeless: false }
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
  })
  return (await Promise.all(waiting)).filter((entry) => entry !== undefined)
}
