import { expect, it } from 'vitest'
import { tokenHash } from '../platform/http/bearer.ts'
import { TokenHolders } from './token-holders.ts'

it('forgets who was not seen for longest', () => {
  const holders = new TokenHolders(2)
  const [a, b, c] = ['a', 'b', 'c'].map(tokenHash) as [Buffer, Buffer, Buffer]
  holders.remember(a, 1)
  holders.remember(b, 2)
  holders.remember(a, 1)
  holders.remember(c, 3)
  expect([a, b, c].map((hash) => holders.of(hash))).toEqual([1, undefined, 3])
})
