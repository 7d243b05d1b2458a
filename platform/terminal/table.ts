/** Rows as aligned columns. Long cells are cut so that a row fits the terminal. */

export type Column<Row> = {
  readonly title: string
  readonly value: (row: Row) => string
  readonly align?: 'left' | 'right'
}

export type TableOptions = {
  /** In characters; a table that is not for a terminal is not cut. */
  readonly width?: number | undefined
}

export function formatTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  options: TableOptions = {},
): string {
  const cells = rows.map((row) => columns.map(({ value }) => value(row)))
  const widths = columns.map(({ title }, index) =>
    Math.max(length(title), ...cells.map((row) => length(row[index] ?? ''))),
  )
  shrink(widths, options.width)
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => pad(cell, widths[index] ?? 0, columns[index]?.align ?? 'left'))
      .join('  ')
      .trimEnd()
  return [line(columns.map(({ title }) => title.toUpperCase())), ...cells.map(line)].join('\n')
}

const gap = 2
const narrowest = 6

/** Takes what is too much from the widest columns, one character at a time. */
function shrink(widths: number[], width: number | undefined): void {
  if (width === undefined) return
  const total = (): number => widths.reduce((sum, one) => sum + one, 0) + gap * (widths.length - 1)
  while (total() > width) {
    const widest = Math.max(...widths)
    if (widest <= narrowest) return
    widths[widths.indexOf(widest)] = widest - 1
  }
}

function length(text: string): number {
  return [...text].length
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const characters = [...text]
  const cut = characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : text
  const fill = ' '.repeat(Math.max(0, width - length(cut)))
  return align === 'right' ? fill + cut : cut + fill
}
