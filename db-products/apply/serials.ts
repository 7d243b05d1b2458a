/** Serials are drawn in apply, from rows that every replica changes in the same order. */
import type { TableSession } from '../../platform/postgres/tables.ts'
import { counters } from '../tables.ts'

/** One counter for the items of all categories, and one for all sales. */
export const serialCounters = {
  item: { name: 'item_serial' },
  sale: { name: 'sale_serial' },
} as const

/** 1, 2, 3, …; each once. */
export async function drawSerial(
  of: keyof typeof serialCounters,
  tables: TableSession,
): Promise<number> {
  const counter = await tables.get(counters, serialCounters[of])
  const serial = (counter?.value ?? 0) + 1
  tables.put(counters, { ...serialCounters[of], value: serial })
  return serial
}
