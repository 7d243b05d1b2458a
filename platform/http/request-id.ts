/**
 * The id of each HTTP request: the client's, when it is harmless in a log line, else a new one. It stays
 * with the request here; from the route on it travels with the deadline.
 */
import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { assert } from '../../common/assert.ts'
import { newRequestId } from '../request-log.ts'

export const REQUEST_ID_HEADER = 'X-Request-Id'

const ids = new WeakMap<IncomingMessage, string>()

export const assignRequestId: RequestHandler = (request, response, next) => {
  const given = request.get(REQUEST_ID_HEADER)
  const id = given !== undefined && /^[\w.~-]{1,64}$/.test(given) ? given : newRequestId()
  ids.set(request, id)
  response.setHeader(REQUEST_ID_HEADER, id)
  next()
}

/** Of a request to an application made by createHttpApp. */
export function requestIdOf(request: IncomingMessage): string {
  const id = ids.get(request)
  assert(id !== undefined, 'a request gets its id before anything else happens to it')
  return id
}
