import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { type Column, formatTable as formatStyledTable } from './table.ts'

type Row = { readonly name: string; readonly units: number }
const columns: readonly Column<Row>[] = [
  { title: 'name', value: (row) => row.name, mayCut: true },
  { title: 'units', value: (row) => String(row.units), align: 'right' },
]

/** Whatever FORCE_COLOR says where this runs. */
const formatTable: typeof formatStyledTable = (rows, shown, options) =>
  stripVTControlCharacters(formatStyledTable(rows, shown, options))

describe('formatTable', () => {
  it('aligns columns by their longest cell', () => {
    const text = formatTable(
      [
        { name: 'shoe', units: 5 },
        { name: 'umbrella', units: 120 },
      ],
      columns,
    )
    expect(text).toBe('NAME      UNITS\nshoe          5\numbrella    120')
  })

  it('leaves out what may be missing before it cuts anything', () => {
    const more = [...columns, { title: 'seen', value: () => 'yesterday', mayDrop: true }]
    const rows = [{ name: 'umbrella', units: 120 }]
    expect(formatTable(rows, more, { width: 26 })).toBe(
      'NAME      UNITS  SEEN\numbrella    120  yesterday',
    )
    expect(formatTable(rows, more, { width: 25 })).toBe('NAME      UNITS\numbrella    120')
  })

  it('cuts what may be cut so that a row fits', () => {
    const text = formatTable([{ name: 'a very long name indeed', units: 1 }], columns, {
      width: 20,
    })
    expect(text).toBe('NAME           UNITS\na very long …      1')
  })

  it('counts cells, not code points: ideographs take two, an emoji of five code points two', () => {
    const rows = [
      { name: '日本の靴日本の靴', units: 1 },
      { name: '👩‍👩‍👧 shoes', units: 2 },
    ]
    const widths = formatTable(rows, columns, { width: 18 })
      .split('\n')
      .map((line) => stringWidth(line))
    expect(widths).toEqual([18, 18, 18])
  })

  it('writes each row on lines of its own where the terminal is too narrow for a table', () => {
    const rows = [
      { name: 'shoe', units: 1_000_000 },
      { name: 'hat', units: 2 },
    ]
    expect(formatTable(rows, columns, { width: 12 })).toBe(
      'name   shoe\nunits  1000000\n\nname   hat\nunits  2',
    )
  })
})
