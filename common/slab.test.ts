import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Slab } from './slab.ts'

it('keeps every copy as it was, whatever is copied after it or done to the source', () => {
  const sizes = fc.oneof(fc.nat(300), fc.nat(9_000))
  fc.assert(
    fc.property(fc.array(sizes, { maxLength: 60 }), (lengths) => {
      const slab = new Slab()
      const copies = lengths.map((length, place) => {
        const source = new Uint8Array(length).fill(place + 1)
        const copy = slab.copy(source)
        source.fill(0)
        return copy
      })
      copies.forEach((copy, place) => {
        expect(copy).toEqual(new Uint8Array(lengths[place] ?? 0).fill(place + 1))
      })
    }),
  )
})

it('shares buffers among small ones, and gives a large one its own', () => {
  const slab = new Slab()
  const [one, other, large] = [100, 200, 5_000].map((size) => slab.copy(new Uint8Array(size)))
  expect(one?.buffer).toBe(other?.buffer)
  expect(large?.buffer.byteLength).toBe(5_000)
})
