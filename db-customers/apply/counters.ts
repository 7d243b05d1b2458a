/** Numbers drawn in the order of the commands: the same on every replica. */
import type { TableSession } from '../../platform/postgres/tables.ts'
import { counters } from '../tables.ts'

/** 1, 2, 3, … under each name. */
export async function draw(name: string, tables: TableSession): Promise<number> {
  const value = ((await tables.get(counters, { name }))?.value ?? 0) + 1
  tables.put(counters, { name, value })
  return value
}
