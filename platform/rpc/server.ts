/**
 * A gRPC server as every replica runs it: authenticated, with health and reflection. It must not
 * know which services it serves.
 */
import {
  logVerbosity,
  Server,
  type ServerInterceptingCallInterface,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServiceDefinition,
  setLogVerbosity,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { ReflectionService } from '@grpc/reflection'
import { HealthImplementation } from 'grpc-health-check'
import type { Logger } from 'pino'
import { formatHostPort } from '../../common/host-port.ts'
import type { TlsFiles } from '../config.ts'
import { createRequestLog, type RequestLog } from '../request-log.ts'
import { rpcKey, verifyAuth } from './authentication.ts'
import { callsProto } from './calls-definition.ts'
import { serverCredentials, serverOptions } from './channel.ts'
import { loadProto } from './proto.ts'
import { serveCalls } from './serve-calls.ts'
import { requestIdIn } from './unary.ts'

/** Any service, streams and raw (de)serializers included. */
export type RpcService = {
  readonly definition: ServiceDefinition
  readonly implementation: UntypedServiceImplementation
}

export type GrpcServerOptions = {
  readonly host: string
  /** 0 = any free one. */
  readonly port: number
  readonly services: readonly RpcService[]
  /** CLUSTER_SECRET. */
  readonly secret: string
  readonly tls?: TlsFiles
  readonly logger: Logger
  /** Files, as `db-products/products.proto`, that reflection describes; none: no reflection. */
  readonly reflectionProtos?: readonly string[]
}

export type RpcServer = {
  readonly port: number
  /** What grpc.health.v1 answers. A new server is not serving yet. */
  setServing(serving: boolean): void
  /** Takes no new calls, waits up to `graceMs` (1 s) for those under way, then cuts them off. */
  close(graceMs?: number): Promise<void>
}

/** Rejects when the address is taken or not this machine's; the message names it. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<RpcServer> {
  const { services, secret, logger } = options
  // The library's own lines on stderr are not JSON; what they tell is in the errors as well.
  setLogVerbosity(logVerbosity.NONE)
  const requestLog = createRequestLog(logger)
  const server = new Server({
    ...serverOptions,
    interceptors: [authenticate(rpcKey(secret), requestLog)],
  })
  const calls = serveCalls(services, requestLog)
  for (const { definition, implementation } of [...services, calls]) {
    server.addService(definition, implementation)
  }
  const health = new HealthImplementation()
  health.addToServer(server)
  if (options.reflectionProtos !== undefined && options.reflectionProtos.length > 0) {
    const protos = Object.assign({}, ...[...options.reflectionProtos, callsProto].map(loadProto))
    new ReflectionService(protos).addToServer(server)
  }

  const names = ['', ...services.map(({ definition }) => serviceName(definition))]
  const setServing = (serving: boolean): void => {
    for (const name of names) health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING')
  }
  setServing(false)
  const port = await bind(server, options)

  return {
    port,
    setServing,
    close: async (graceMs = 1_000) => {
      setServing(false)
      calls.drain()
      await new Promise<void>((resolve) => {
        const cutOff = setTimeout(() => server.forceShutdown(), graceMs)
        server.tryShutdown((error) => {
          clearTimeout(cutOff)
          if (error !== undefined) logger.debug({ err: error }, 'the gRPC server was cut off')
          resolve()
        })
      })
    },
  }
}

function bind(server: Server, { host, port, tls }: GrpcServerOptions): Promise<number> {
  const address = formatHostPort({ host, port })
  return new Promise((resolve, reject) => {
    server.bindAsync(address, serverCredentials(tls), (error, bound) => {
      if (error === null) resolve(bound)
      else reject(new Error(`cannot listen on ${address}: ${error.message}`, { cause: error }))
    })
  })
}

/** `agora.products.v1.Products`, from the path of any of its methods. */
function serviceName(definition: ServiceDefinition): string {
  const path = Object.values(definition)[0]?.path ?? ''
  return path.split('/')[1] ?? ''
}

const HEALTH_PREFIX = '/grpc.health.v1.Health/'

/** Stops every call without a right `agora-auth`, streams included, before its service sees it. */
function authenticate(key: Buffer, requestLog: RequestLog): ServerInterceptor {
  const logRefusal = oncePerSource(requestLog)
  return (method, call) => {
    if (method.path.startsWith(HEALTH_PREFIX)) return new ServerInterceptingCall(call)
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, proceed) => {
            const verdict = verifyAuth(key, method.path, metadata)
            if (verdict.ok) return proceed(metadata)
            const requestId = requestIdIn(metadata)
            logRefusal(call, { requestId, method: method.path, reason: verdict.reason })
            call.sendStatus(refusals[verdict.reason])
          },
        }),
    })
  }
}

const refusals = {
  missing: refusal('the call carries no agora-auth metadata'),
  stale: refusal('the call was signed too long ago: compare the clocks of both machines'),
  forged: refusal('the call was signed with another CLUSTER_SECRET'),
} as const

function refusal(details: string) {
  return { code: status.UNAUTHENTICATED, details }
}

type Refused = { readonly requestId: string; readonly method: string; readonly reason: string }

/** A misconfigured peer tries for ever; one line says all there is to say. Bounded memory. */
function oncePerSource(requestLog: RequestLog) {
  const seen = new Set<string>()
  return (call: ServerInterceptingCallInterface, { requestId, ...refused }: Refused): void => {
    const source = call.getConnectionInfo().remoteAddress ?? 'unknown'
    if (seen.has(source)) return
    if (seen.size >= 1_000) seen.clear()
    seen.add(source)
    const text = 'a call was refused; further ones from there are not logged'
    requestLog.of(requestId).warn({ source, ...refused }, text)
  }
}
