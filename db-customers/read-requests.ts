/** What read requests must look like; see commands/ for those of writes. */
import { z } from 'zod'
import { REQUEST_ID_LENGTH_MAX } from '../common/ids.ts'
import { integer, pageLimit } from '../replication/replica/requests.ts'
import * as field from './commands/fields.ts'

/** A purchase's serial; empty: from the newest on. */
const cursor = z
  .string()
  .regex(/^(|[1-9]\d{0,14})$/, { error: 'must be empty or a cursor from an earlier page' })
  .transform((value) => (value === '' ? Number.MAX_SAFE_INTEGER : Number(value)))

export const getAccount = z.object({ role: field.role, id: field.accountId })

export const getCredentials = z.object({
  role: field.role,
  usernameKey: field.usernameKey,
  address: field.clientAddress,
  limit: field.attemptLimit,
})

export const getCreationLimit = z.object({
  address: field.clientAddress,
  limit: field.attemptLimit,
  requestId: field.ascii(1, REQUEST_ID_LENGTH_MAX),
})

export const checkSession = z.object({ role: field.role, tokenHash: field.tokenHash })

export const getCart = z.object({ tokenHash: field.tokenHash })

/** buyerId 0: of any buyer. */
export const getPurchase = z.object({
  purchaseId: field.purchaseId,
  buyerId: integer(0, Number.MAX_SAFE_INTEGER),
})

export const listPurchases = z
  .object({ buyerId: field.accountId, cursor, limit: pageLimit })
  .transform(({ buyerId, cursor: before, limit }) => ({ buyerId, before, limit }))

export const listStandingPurchases = z.object({
  idleMs: integer(0, Number.MAX_SAFE_INTEGER),
  limit: pageLimit,
})
