/**
 * What sellers do to items, decided on the ordered state. Deterministic: everything comes from the
 * command, the tables and group time. A refusal changes nothing.
 */
import { type Outcome, refuse, succeed } from '../../common/errors.ts'
import { itemId } from '../../common/ids.ts'
import { QUANTITY_MAX } from '../../common/money.ts'
import type { TableSession } from '../../platform/postgres/tables.ts'
import type {
  ChangePrice,
  ChangeUnits,
  CreateItem,
  ItemReference,
  ItemView,
} from '../commands/command.ts'
import { type ItemRow, items } from '../tables.ts'
import { drawSerial } from './serials.ts'

export async function createItem(
  command: CreateItem,
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<ItemView>> {
  const item: ItemRow = {
    serial: await drawSerial('item', tables),
    category: command.category,
    seller_id: command.sellerId,
    name: command.name,
    keywords: command.keywords,
    folded_keywords: command.foldedKeywords,
    search_text: command.searchText,
    condition: command.condition,
    price: command.price,
    quantity: command.quantity,
    held: 0,
    up: 0,
    down: 0,
    version: 1,
    created_at_ms: groupTimeMs,
  }
  tables.put(items, item)
  return succeed(viewOf(item))
}

export async function changePrice(
  command: ChangePrice,
  tables: TableSession,
): Promise<Outcome<ItemView>> {
  return editItem(command, tables, (item) => succeed({ ...item, price: command.price }))
}

export async function changeUnits(
  command: ChangeUnits,
  tables: TableSession,
): Promise<Outcome<ItemView>> {
  return editItem(command, tables, (item) => {
    const quantity = item.quantity + command.change
    if (quantity < 0) {
      const message = `Only ${item.quantity} units can be taken away`
      return refuse('TOO_FEW_UNITS', { message, details: { available: item.quantity } })
    }
    // Held units may come back: with them, too, the item must stay within the limit.
    if (quantity + item.held > QUANTITY_MAX) {
      const message = `An item can have at most ${QUANTITY_MAX} units, reserved ones included`
      return refuse('QUANTITY_LIMIT', { message, details: { available: item.quantity } })
    }
    return succeed({ ...item, quantity })
  })
}

type Edit = {
  readonly sellerId: number
  readonly item: ItemReference
  readonly ifVersion: number
}

/** An edit moves the version, also one that changes nothing: the seller has said something. */
async function editItem(
  { sellerId, item: reference, ifVersion }: Edit,
  tables: TableSession,
  change: (item: ItemRow) => Outcome<ItemRow>,
): Promise<Outcome<ItemView>> {
  const item = await findItem(reference, tables)
  // Another seller's item looks like none at all.
  if (item === undefined || item.seller_id !== sellerId) return itemNotFound(reference)
  if (ifVersion !== 0 && ifVersion !== item.version) {
    return refuse('VERSION_MISMATCH', { details: { version: item.version } })
  }
  const changed = change(item)
  if (!changed.ok) return changed
  const edited = { ...changed.value, version: item.version + 1 }
  tables.put(items, edited)
  return succeed(viewOf(edited))
}

/** Undefined when there is no such serial, or it is of another category. */
export async function findItem(
  { category, serial }: ItemReference,
  tables: TableSession,
): Promise<ItemRow | undefined> {
  const item = await tables.get(items, { serial })
  return item?.category === category ? item : undefined
}

export function itemNotFound({ category, serial }: ItemReference): Outcome<never> {
  const id = itemId(category, serial)
  return refuse('ITEM_NOT_FOUND', { message: `There is no item ${id}`, details: { itemId: id } })
}

export function viewOf(item: ItemRow): ItemView {
  const { folded_keywords: _folded, search_text: _text, held: _held, ...view } = item
  return view
}
