/** How results and prose are printed: results on stdout, for people or as JSON; prose on stderr. */
import { formatMoney, type Money } from '../../common/money.ts'
import { progress } from '../../platform/terminal/progress.ts'
import { styled } from '../../platform/terminal/style.ts'
import { type Column, formatTable } from '../../platform/terminal/table.ts'
import type { AccountClient } from '../account-client.ts'
import type { PageBody } from '../bodies.ts'
import { asTyped, type CliContext } from './context.ts'
import type { IdKind } from './seen-ids.ts'

type Context = CliContext<AccountClient<unknown>>

/** A column of ids can be completed later. */
export type ShownColumn<Row> = Column<Row> & { readonly idOf?: IdKind }

/** The result of a command: JSON as it is, or for a person. */
export function printResult(
  context: { readonly json: boolean },
  result: unknown,
  forPeople: string,
): void {
  print(context.json ? JSON.stringify(result) : forPeople)
}

/** On a terminal a sign of life may stand where this is to go. */
function print(text: string): void {
  progress.wipe()
  process.stdout.write(`${text}\n`)
}

/** Prose, never mixed with results. */
export function say(line: string): void {
  progress.wipe()
  process.stderr.write(`${line}\n`)
}

export function printTable<Row>(
  context: Context,
  result: unknown,
  rows: readonly Row[],
  columns: readonly ShownColumn<Row>[],
  whenEmpty: string,
): void {
  // Backwards, so that the first row's id is the first to be offered.
  for (const row of rows.toReversed()) {
    for (const { idOf, value } of columns)
      if (idOf !== undefined) context.seen.add(idOf, value(row))
  }
  if (context.json) printResult(context, result, '')
  else if (rows.length === 0) say(whenEmpty)
  else {
    const width = process.stdout.isTTY ? process.stdout.columns : undefined
    print(formatTable(rows, columns, { width }))
  }
}

/** A page as a table, and how to see the next one. */
export function printPage<Row>(
  context: Context,
  page: PageBody<Row>,
  columns: readonly ShownColumn<Row>[],
  whenEmpty: string,
): void {
  printTable(context, page, page.items, columns, whenEmpty)
  context.nextPage = page.next ?? undefined
  if (page.next === null || context.json) return
  say(`More: ${context.inPrompt ? 'next' : asTyped(context, `next '${page.next}'`)}`)
}

/** Aligned `name  value` lines; of several values each has its line. */
export function describeFields(
  fields: Readonly<Record<string, string | readonly string[]>>,
): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length))
  const below = `\n${' '.repeat(width + 2)}`
  return Object.entries(fields)
    .map(([name, value]) => {
      const shown = typeof value === 'string' ? value : value.join(below)
      return `${styled('stdout', 'bold', name.padEnd(width))}  ${shown}`
    })
    .join('\n')
}

export function money(value: Money): string {
  return formatMoney(value)
}

/** Group time, to the second, in the time zone of whoever reads it. */
export function shownTime(iso: string): string {
  const at = new Date(iso)
  const two = (part: number): string => String(part).padStart(2, '0')
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-')
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`
}
