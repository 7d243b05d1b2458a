import { describe, expect, it } from 'vitest'
import { formatTable } from './table.ts'

type Row = { readonly name: string; readonly units: number }
const columns = [
  { title: 'name', value: (row: Row) => row.name },
  { title: 'units', value: (row: Row) => String(row.units), align: 'right' },
] as const

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

  it('cuts the widest column so that a row fits', () => {
    const text = formatTable([{ name: 'a very long name indeed', units: 1 }], columns, {
      width: 20,
    })
    expect(text.split('\n').every((line) => [...line].length <= 20)).toBe(true)
    expect(text).toContain('…')
  })
})
