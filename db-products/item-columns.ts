/** The columns that make an ItemView: what is shown of an item. */
import type { ItemView } from './commands/command.ts'
import { items } from './tables.ts'

const hidden: ReadonlySet<string> = new Set<Exclude<keyof typeof items.columns, keyof ItemView>>([
  'folded_keywords',
  'search_text',
  'held',
])

const shown = Object.keys(items.columns).filter((column) => !hidden.has(column))

/** `items.serial, items.category, …` */
export function itemColumns(table: string): string {
  return shown.map((column) => `${table}.${column}`).join(', ')
}
