/**
 * For tests: what a bad network does to datagrams, by chance. It loses some, repeats some, and holds
 * some up so that later ones overtake them. Pure: it says when, and does not send.
 */
import type { Random } from '../../common/random.ts'

/** Shares from 0 to 1 of the datagrams to each destination. Default: none. */
export type DatagramTrouble = {
  readonly random: Random
  readonly lossShare?: number
  readonly repeatShare?: number
  readonly delayShare?: number
}

/** Many round trips, and well below a failure timeout. */
export const delayMaxMs = 50

/** Of each copy of a datagram: after how many milliseconds it leaves, or that it is lost. */
export function departures({
  random,
  lossShare = 0,
  repeatShare = 0,
  delayShare = 0,
}: DatagramTrouble): readonly (number | 'lost')[] {
  const copies = random.next() < repeatShare ? 2 : 1
  return Array.from({ length: copies }, () => {
    if (random.next() < lossShare) return 'lost'
    return random.next() < delayShare ? random.integer(1, delayMaxMs) : 0
  })
}
