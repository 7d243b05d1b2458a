/** An item named in a request. */
import { AppError } from '../../common/errors.ts'
import { parseItemId } from '../../common/ids.ts'
import type { ItemReference } from './command.ts'

/** Throws ITEM_NOT_FOUND for an id that no item can have: it need not be ordered to be refused. */
export function itemReference(text: string): ItemReference {
  const id = parseItemId(text)
  if (id !== undefined) return { category: id.category, serial: id.serial }
  const shown = text.slice(0, 64)
  throw new AppError('ITEM_NOT_FOUND', {
    message: `There is no item ${JSON.stringify(shown)}`,
    details: { itemId: shown },
  })
}
