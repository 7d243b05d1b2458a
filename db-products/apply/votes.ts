/**
 * Feedback: one vote per buyer and item, only for what one has bought. Decided here alone, because
 * confirming a sale records the buyer and the item in this group.
 */
import { type Outcome, refuse, succeed } from '../../common/errors.ts'
import type { TableSession } from '../../platform/postgres/tables.ts'
import type { ItemView, Vote } from '../commands/command.ts'
import { bought, items } from '../tables.ts'
import { findItem, itemNotFound, viewOf } from './items.ts'
import { countForSeller } from './sellers.ts'

export async function vote(command: Vote, tables: TableSession): Promise<Outcome<ItemView>> {
  const item = await findItem(command.item, tables)
  if (item === undefined) return itemNotFound(command.item)
  const key = { buyer_id: command.buyerId, serial: item.serial }
  const purchase = await tables.get(bought, key)
  if (purchase === undefined) return refuse('NOT_PURCHASED')
  if (purchase.vote !== null) return refuse('ALREADY_VOTED', { details: { vote: purchase.vote } })

  const up = command.vote === 'up' ? 1 : 0
  const down = 1 - up
  const voted = { ...item, up: item.up + up, down: item.down + down }
  tables.put(bought, { ...purchase, vote: command.vote })
  tables.put(items, voted)
  await countForSeller(item.seller_id, { up, down }, tables)
  return succeed(viewOf(voted))
}
