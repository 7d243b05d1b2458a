/** A service and a group of its replicas, for the tests of platform only. */
import type {
  ServerDuplexStream,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import { createLogger } from '../../log.ts'
import { createRequestLog } from '../../request-log.ts'
import { loadService } from '../proto.ts'
import { type RpcServer, startGrpcServer } from '../server.ts'
import { type UnaryCall, unary } from '../unary.ts'

export type SayRequest = { text: string; number: number }
export type SayReply = { text?: string; heardBy?: string; tags?: string[] }
type Method = MethodDefinition<Partial<SayRequest>, SayReply, SayRequest, Required<SayReply>>

export interface EchoDefinition extends ServiceDefinition {
  Say: Method
  Chat: Method
}

export const SECRET = 'a secret for tests only'
const ECHO_PROTO = 'platform/rpc/testing/echo.proto'
export const echoDefinition = loadService<EchoDefinition>(ECHO_PROTO, 'agora.echo.v1.Echo')
export const silent = createLogger({ name: 'test', level: 'silent' })

export type Say = (request: SayRequest, call: UnaryCall) => Promise<SayReply>

export async function startEcho(say: Say, port = 0, logger = silent): Promise<RpcServer> {
  const implementation: UntypedServiceImplementation = {
    Say: unary(say, { requestLog: createRequestLog(logger) }),
    Chat: (call: ServerDuplexStream<SayRequest, SayReply>) => {
      call.on('data', (request: SayRequest) => call.write({ text: request.text }))
      call.on('end', () => call.end())
    },
  }
  return await startGrpcServer({
    host: '127.0.0.1',
    port,
    services: [{ definition: echoDefinition, implementation }],
    secret: SECRET,
    logger,
    reflectionProtos: [ECHO_PROTO],
  })
}
