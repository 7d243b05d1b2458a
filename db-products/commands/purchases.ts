/** The three steps of a purchase that products sees: reserve, then confirm or release. */
import { z } from 'zod'
import { totalOf } from '../../common/money.ts'
import type { Confirm, Release, Reserve, ReserveLine } from './command.ts'
import * as field from './fields.ts'

/** More than any cart holds; bounds what one command can touch. */
const LINES_MAX = 1000

/**
 * Lines come out by serial, so that the same purchase is the same command whoever drives it. Nobody
 * pays more than the ceilings: a total that fits here fits everywhere after.
 */
export const reserve = (currency: string): z.ZodType<Reserve> =>
  z
    .object({
      purchaseId: field.purchaseId,
      buyerId: field.accountId,
      lines: z
        .array(line(currency))
        .min(1, { error: 'must not be empty' })
        .max(LINES_MAX, { error: `must be at most ${LINES_MAX}` })
        // A transform sees only lines that are good each by itself.
        .transform((lines) => [...lines].sort((a, b) => a.item.serial - b.item.serial))
        .refine(namesEachItemOnce, { error: 'must name each item once' })
        .refine((lines) => fitsIntoMoney(lines, currency), { error: 'cost too much together' }),
    })
    .transform((fields) => ({ type: 'reserve', currency, ...fields }))

function line(currency: string): z.ZodType<ReserveLine> {
  return z
    .object({
      itemId: field.itemReference,
      quantity: field.lineQuantity,
      ceiling: field.price(currency),
    })
    .transform(({ itemId, ...fields }) => ({ item: itemId, ...fields }))
}

function namesEachItemOnce(lines: readonly ReserveLine[]): boolean {
  return new Set(lines.map(({ item }) => item.serial)).size === lines.length
}

function fitsIntoMoney(lines: readonly ReserveLine[], currency: string): boolean {
  const costs = lines.map(({ ceiling, quantity }) => ({
    price: { amount: ceiling, currency },
    quantity,
  }))
  return totalOf(costs, currency) !== undefined
}

const settled = z.object({ purchaseId: field.purchaseId })

export const confirm: z.ZodType<Confirm> = settled.transform((fields) => ({
  type: 'confirm',
  ...fields,
}))

export const release: z.ZodType<Release> = settled.transform((fields) => ({
  type: 'release',
  ...fields,
}))
