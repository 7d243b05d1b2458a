import { describe, expect, it } from 'vitest'
import { demoSellers } from './demo-data.ts'

describe('demo data', () => {
  const items = demoSellers().flatMap((seller) => seller.items)

  it('is a few sellers and a few hundred items, the same each time', () => {
    expect(demoSellers().length).toBeGreaterThanOrEqual(5)
    expect(items.length).toBeGreaterThanOrEqual(300)
    expect(demoSellers()).toEqual(demoSellers())
  })

  it('begins with what the examples of the command line are of', () => {
    expect(items[0]).toMatchObject({ name: 'Trail Shoe, red', category: 2 })
  })

  it('keeps the rules of the marketplace', () => {
    for (const item of items) {
      expect([...item.name].length, item.name).toBeLessThanOrEqual(32)
      expect(item.keywords.length, item.name).toBeLessThanOrEqual(5)
      for (const keyword of item.keywords)
        expect([...keyword].length, keyword).toBeLessThanOrEqual(8)
      expect(Number.isInteger(item.amount) && item.amount > 0, item.name).toBe(true)
    }
  })

  it('names no item twice', () => {
    const names = items.map(({ name, category }) => `${category} ${name}`)
    expect(new Set(names).size).toBe(names.length)
  })
})
