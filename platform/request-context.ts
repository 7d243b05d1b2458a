/**
 * Which request the running code works for, without handing it through every call: the log adds it
 * to each line, and calls to other processes carry it on.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

export type RequestContext = { readonly requestId: string }

const storage = new AsyncLocalStorage<RequestContext>()

/** Runs `action`, and all that it starts, as work for this request. */
export function runWithRequest<T>(context: RequestContext, action: () => T): T {
  return storage.run(context, action)
}

/** Undefined outside any request. */
export function currentRequestId(): string | undefined {
  return storage.getStore()?.requestId
}
