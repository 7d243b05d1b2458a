import { expect, it } from 'vitest'
import { seededRandom } from '../../common/random.ts'
import { type DatagramTrouble, delayMaxMs, departures } from './udp-trouble.ts'

const datagrams = 20_000

function fate(shares: Omit<DatagramTrouble, 'random'>) {
  const trouble = { ...shares, random: seededRandom(7) }
  const copies = Array.from({ length: datagrams }, () => departures(trouble)).flat()
  const late = copies.filter((leaves) => leaves !== 'lost').filter((leaves) => leaves > 0)
  const share = (count: number): number => count / copies.length
  return {
    copies: copies.length / datagrams,
    lost: share(copies.filter((leaves) => leaves === 'lost').length),
    late: share(late.length),
    latest: Math.max(0, ...late),
  }
}

it('without trouble every datagram leaves once and at once', () => {
  expect(fate({})).toEqual({ copies: 1, lost: 0, late: 0, latest: 0 })
})

it('loses, repeats and holds up the shares that it is told', () => {
  expect(fate({ lossShare: 0.2 }).lost).toBeCloseTo(0.2, 1)
  expect(fate({ repeatShare: 0.1 }).copies).toBeCloseTo(1.1, 2)
  const { late, latest, lost } = fate({ lossShare: 0.5, delayShare: 0.4 })
  expect(lost).toBeCloseTo(0.5, 1)
  expect(late).toBeCloseTo(0.2, 1)
  expect(latest).toBe(delayMaxMs)
})
