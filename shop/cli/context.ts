/** What every command of the two command lines gets: the client, its session, and where results go. */
import type { Money } from '../../common/money.ts'
import { formatMoney } from '../../common/money.ts'
import type { SessionFile } from '../../platform/terminal/session-file.ts'
import { type Column, formatTable } from '../../platform/terminal/table.ts'
import type { AccountClient } from '../account-client.ts'
import type { PageBody } from '../bodies.ts'

/** Where the cluster of a data directory is; given by the launcher. */
export type ClusterAddresses = {
  readonly servers: readonly string[]
  readonly currency: string
}

export type GlobalFlags = {
  readonly json: boolean
  readonly profile: string
  readonly dataDir: string | undefined
}

export type CliContext<Client extends AccountClient<unknown>> = {
  readonly client: Client
  readonly currency: string
  json: boolean
  /** Kept between one-shot commands; a prompt keeps its session to itself. */
  readonly sessionFile: SessionFile | undefined
  /** Who is logged in, for the prompt. */
  username: string | undefined
}

/** The result of a command: JSON as it is, or for a person. */
export function printResult(
  context: { readonly json: boolean },
  result: unknown,
  forPeople: string,
): void {
  process.stdout.write(`${context.json ? JSON.stringify(result) : forPeople}\n`)
}

/** Prose, never mixed with results. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

export function printTable<Row>(
  context: { readonly json: boolean },
  result: unknown,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  whenEmpty: string,
): void {
  if (context.json) printResult(context, result, '')
  else if (rows.length === 0) say(whenEmpty)
  else {
    const width = process.stdout.isTTY ? process.stdout.columns : undefined
    process.stdout.write(`${formatTable(rows, columns, { width })}\n`)
  }
}

/** A page as a table, and how to see the next one. */
export function printPage<Row>(
  context: { readonly json: boolean },
  page: PageBody<Row>,
  columns: readonly Column<Row>[],
  whenEmpty: string,
): void {
  printTable(context, page, page.items, columns, whenEmpty)
  if (page.next !== null && !context.json) say(`More: next '${page.next}'`)
}

/** Aligned `name  value` lines. */
export function describeFields(fields: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length))
  return Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(width)}  ${value}`)
    .join('\n')
}

export function money(value: Money): string {
  return formatMoney(value)
}
