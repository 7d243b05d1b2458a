/** A source of randomness, handed in wherever pure code needs one. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [min, max]. */
  integer(min: number, max: number): number
}

/**
 * A small, fast, seeded generator: the same seed gives the same run. Not for secrets.
 * Source: mulberry32, Tommy Ettinger (public domain).
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    integer: (min, max) => min + Math.floor(next() * (max - min + 1)),
  }
}

/** A copy in random order. Source: Fisher and Yates, as Durstenfeld has it. */
export function shuffled<T>(from: readonly T[], random: Random): T[] {
  const all = [...from]
  for (let last = all.length - 1; last > 0; last -= 1) {
    const other = random.integer(0, last)
    const kept = all[last] as T
    all[last] = all[other] as T
    all[other] = kept
  }
  return all
}
