import { createHmac, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Signature, tagBytes } from './udp-signature.ts'

describe('the tag', () => {
  it('is that of RFC 4231, test cases 1 and 2', () => {
    expect(tagOf(Buffer.alloc(20, 0x0b), Buffer.from('Hi There'))).toBe(
      'b0344c61d8db38535ca8afceaf0bf12b',
    )
    expect(tagOf(Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?'))).toBe(
      '5bdcc146bf60754e6a042426089575c7',
    )
  })

  it('is what createHmac makes, for every size of a datagram', () => {
    const key = randomBytes(32)
    for (const size of [0, 1, 55, 56, 63, 64, 65, 1_384, 65_507 - tagBytes]) {
      const signed = randomBytes(size)
      const expected = createHmac('sha256', key).update(signed).digest().subarray(0, tagBytes)
      expect(tagOf(key, signed)).toBe(expected.toString('hex'))
    }
  })

  it('is wrong after a change of any bit, and right again without it', () => {
    const signature = new Signature(randomBytes(32))
    const datagram = randomBytes(40)
    signature.sign(datagram)
    expect(signature.isRight(datagram)).toBe(true)
    for (let bit = 0; bit < datagram.length * 8; bit += 1) {
      const flip = (): void => {
        datagram[bit >> 3] = (datagram[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      }
      flip()
      expect(signature.isRight(datagram)).toBe(false)
      flip()
    }
    expect(signature.isRight(datagram)).toBe(true)
  })

  it('does not depend on what was signed before', () => {
    const signature = new Signature(Buffer.alloc(32, 1))
    const short = Buffer.alloc(tagBytes + 3, 9)
    signature.sign(short)
    const first = Buffer.from(short)
    signature.sign(Buffer.alloc(1_400, 0xff))
    signature.sign(short)
    expect(short).toEqual(first)
  })
})

function tagOf(key: Uint8Array, signed: Buffer): string {
  const datagram = Buffer.concat([signed, Buffer.alloc(tagBytes)])
  new Signature(key).sign(datagram)
  return datagram.subarray(signed.length).toString('hex')
}
