/** One unary call to one address, as a promise. What becomes of a failure is the caller's business. */
import type { Client, Metadata, MethodDefinition } from '@grpc/grpc-js'

/** Rejects with grpc-js's ServiceError; see errors.ts. */
export function send(
  client: Client,
  method: MethodDefinition<unknown, unknown>,
  request: unknown,
  metadata: Metadata,
  deadlineUnixMs: number,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      metadata,
      { deadline: deadlineUnixMs },
      (error, reply) => (error === null ? resolve(reply) : reject(error)),
    )
  })
}
