/** Commands about purchases: opening one, recording a step, claiming one that stands still. */
import { z } from 'zod'
import { type ErrorCode, isErrorCode } from '../../common/errors.ts'
import type { PurchaseState } from '../../common/purchase-states.ts'
import { integer } from '../../replication/replica/requests.ts'
import { CART_LINES_MAX } from '../limits.ts'
import * as field from './fields.ts'

export const openPurchase = z
  .object({
    tokenHash: field.tokenHash,
    purchaseId: field.purchaseId,
    cardLast4: z.string().regex(/^\d{4}$/, { error: 'must be 4 digits' }),
    claimedBy: field.processName,
    claimSeconds: field.claimSeconds,
  })
  .transform((fields) => ({ type: 'openPurchase' as const, ...fields }))

/** What products reserved for one line: the price is what will be paid. */
const reservedLine = z.object({
  itemId: field.itemId,
  sellerId: field.accountId,
  price: field.money,
  name: field.itemName,
})

/** Nothing leads to `pending`: a purchase is opened there. */
const step = z
  .enum(['RESERVED', 'PAID', 'COMPLETED', 'RELEASING', 'FAILED'], {
    error: 'must be RESERVED, PAID, COMPLETED, RELEASING or FAILED',
  })
  .transform((wire) => wire.toLowerCase() as Exclude<PurchaseState, 'pending'>)

const failureCode = z
  .string()
  .refine((code) => code === '' || isErrorCode(code), { error: 'must be an error code or empty' })
  .transform((code) => code as ErrorCode | '')

export const advancePurchase = z
  .object({
    purchaseId: field.purchaseId,
    claim: integer(1, Number.MAX_SAFE_INTEGER),
    to: step,
    lines: z.array(reservedLine).max(CART_LINES_MAX),
    authorizationId: field.ascii(0, 128),
    failureCode,
    failureMessage: field.message,
    claimSeconds: field.claimSeconds,
  })
  .superRefine(({ to, lines, authorizationId }, context) => {
    const problem = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (to === 'reserved' && lines.length === 0) problem('lines', 'are needed to be reserved')
    if (to !== 'reserved' && lines.length > 0) problem('lines', 'change only when reserved')
    if (to === 'paid' && authorizationId === '') problem('authorizationId', 'is needed to be paid')
  })
  .transform((fields) => ({ type: 'advancePurchase' as const, ...fields }))

export const claimPurchase = z
  .object({
    purchaseId: field.purchaseId,
    expected: integer(1, Number.MAX_SAFE_INTEGER),
    claimedBy: field.processName,
    claimSeconds: field.claimSeconds,
  })
  .transform((fields) => ({ type: 'claimPurchase' as const, ...fields }))

export type OpenPurchase = z.output<typeof openPurchase>
export type AdvancePurchase = z.output<typeof advancePurchase>
export type ClaimPurchase = z.output<typeof claimPurchase>
