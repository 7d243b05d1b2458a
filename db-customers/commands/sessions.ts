/** Commands about sessions. A token never comes here: only its SHA-256. */
import { z } from 'zod'
import { integer } from '../../replication/replica/requests.ts'
import * as field from './fields.ts'

export const createSession = z
  .object({
    role: field.role,
    accountId: field.accountId,
    tokenHash: field.tokenHash,
    idleTimeoutSeconds: integer(1, 86_400),
  })
  .transform((fields) => ({ type: 'createSession' as const, ...fields }))

const session = z.object({ role: field.role, tokenHash: field.tokenHash })

export const touchSession = session.transform((fields) => ({
  type: 'touchSession' as const,
  ...fields,
}))

export const endSession = session.transform((fields) => ({
  type: 'endSession' as const,
  ...fields,
}))

export type CreateSession = z.output<typeof createSession>
export type TouchSession = z.output<typeof touchSession>
export type EndSession = z.output<typeof endSession>
