/** One unary call to one address, as a promise. What becomes of a failure is the caller's business. */
import type { Client, Metadata, MethodDefinition } from '@grpc/grpc-js'

/** Rejects with grpc-js's ServiceError; see errors.ts. An aborted `signal` cancels the call. */
export function send(
  client: Client,
  method: MethodDefinition<unknown, unknown>,
  request: unknown,
  metadata: Metadata,
  deadlineUnixMs: number,
  signal?: AbortSignal,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      metadata,
      { deadline: deadlineUnixMs },
      (error, reply) => {
        signal?.removeEventListener('abort', cancel)
        if (error === null) resolve(reply)
        else reject(error)
      },
    )
    const cancel = (): void => call.cancel()
    if (signal?.aborted) cancel()
    else signal?.addEventListener('abort', cancel, { once: true })
  })
}
