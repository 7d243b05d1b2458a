/** A buyer's thumb up or down. Whether they may is decided on the ordered state. */
import type { Vote } from './command.ts'
import { FieldChecks } from './field-checks.ts'
import { itemReference } from './item-reference.ts'

export type VoteInput = {
  readonly buyerId: number
  readonly itemId: string
  readonly up: boolean
}

/** Throws AppError INVALID_ARGUMENT or ITEM_NOT_FOUND. */
export function vote(input: VoteInput): Vote {
  const checks = new FieldChecks()
  const buyerId = checks.accountId('buyerId', input.buyerId)
  checks.throwIfBad()
  const item = itemReference(input.itemId)
  return { type: 'vote', buyerId, item, vote: input.up ? 'up' : 'down' }
}
