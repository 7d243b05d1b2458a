/** Commands about accounts and about attempts that are counted. */
import { z } from 'zod'
import * as field from './fields.ts'

export const createAccount = z
  .object({
    role: field.role,
    username: field.username,
    usernameKey: field.usernameKey,
    name: field.displayName,
    passwordHash: field.ascii(1, 512),
    address: field.clientAddress,
    limit: field.attemptLimit,
    windowSeconds: z.number(),
  })
  .refine(({ limit, windowSeconds }) => limit === 0 || isWindow(windowSeconds), {
    path: ['windowSeconds'],
    error: 'must be an integer from 1 to 86400 when there is a limit',
  })
  .transform((fields) => ({ type: 'createAccount' as const, ...fields }))

function isWindow(seconds: number): boolean {
  return field.windowSeconds.safeParse(seconds).success
}

export const recordFailedLogin = z
  .object({
    role: field.role,
    usernameKey: field.usernameKey,
    address: field.clientAddress,
    windowSeconds: field.windowSeconds,
  })
  .transform((fields) => ({ type: 'recordFailedLogin' as const, ...fields }))

export type CreateAccount = z.output<typeof createAccount>
export type RecordFailedLogin = z.output<typeof recordFailedLogin>
