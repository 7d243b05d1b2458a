/**
 * Rows as aligned columns that fit the terminal: long cells are cut, ids never are, and where even
 * that does not fit, each row is written as lines of its own.
 */
import stringWidth from 'string-width'
import { styled } from './style.ts'

export type Column<Row> = {
  readonly title: string
  readonly value: (row: Row) => string
  readonly align?: 'left' | 'right'
  /** Cut where the terminal is narrow; a name may be, an id or an amount is of no use then. */
  readonly mayCut?: boolean
  /** Left out where the terminal is narrow: what is told elsewhere, too. */
  readonly mayDrop?: boolean
}

export type TableOptions = {
  /** In terminal cells; a table that is not for a terminal is not cut. */
  readonly width?: number | undefined
}

/** The head is bold where stdout shows colours. */
export function formatTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  options: TableOptions = {},
): string {
  const needed = columns.filter(({ mayDrop }) => mayDrop !== true)
  if (needed.length < columns.length && options.width !== undefined) {
    const whole = formatTable(rows, columns)
    const isTooWide = whole.split('\n').some((line) => stringWidth(line) > (options.width ?? 0))
    if (isTooWide) return formatTable(rows, needed, options)
  }
  const cells = rows.map((row) => columns.map(({ value }) => value(row)))
  const widths = columns.map(({ title }, index) =>
    Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[index] ?? ''))),
  )
  if (!fits(widths, columns, options.width)) return formatRecords(cells, columns)
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => pad(cell, widths[index] ?? 0, columns[index]?.align ?? 'left'))
      .join('  ')
      .trimEnd()
  const head = line(columns.map(({ title }) => title.toUpperCase()))
  return [styled('stdout', 'bold', head), ...cells.map(line)].join('\n')
}

const gap = 2
const narrowest = 6

/** Takes what is too much from the widest of the columns that may be cut, one cell at a time. */
function fits<Row>(
  widths: number[],
  columns: readonly Column<Row>[],
  width: number | undefined,
): boolean {
  if (width === undefined) return true
  const total = (): number => widths.reduce((sum, one) => sum + one, 0) + gap * (widths.length - 1)
  while (total() > width) {
    const cuttable = widths.map((one, index) => (columns[index]?.mayCut === true ? one : 0))
    const widest = Math.max(...cuttable)
    if (widest <= narrowest) return false
    widths[cuttable.indexOf(widest)] = widest - 1
  }
  return true
}

/** `title  value` lines, a blank line between rows. */
function formatRecords<Row>(
  cells: readonly (readonly string[])[],
  columns: readonly Column<Row>[],
): string {
  const width = Math.max(...columns.map(({ title }) => stringWidth(title)))
  const titles = columns.map(({ title }) => styled('stdout', 'bold', pad(title, width, 'left')))
  return cells
    .map((row) => row.map((cell, index) => `${titles[index] ?? ''}  ${cell}`).join('\n'))
    .join('\n\n')
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const whole = cut(text, width)
  const fill = ' '.repeat(Math.max(0, width - stringWidth(whole)))
  return align === 'right' ? fill + whole : whole + fill
}

const graphemes = new Intl.Segmenter()

/** Never through the middle of what is seen as one character. */
function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  let keptWidth = 0
  for (const { segment } of graphemes.segment(text)) {
    keptWidth += stringWidth(segment)
    if (keptWidth > width - 1) break
    kept += segment
  }
  return `${kept}…`
}
