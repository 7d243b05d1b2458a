/** Members that make a majority of `members` (1 → 1, 3 → 2, 5 → 3, 7 → 4). */
export function quorumOf(members: number): number {
  return Math.floor(members / 2) + 1
}

/** The highest value that at least `quorum` of `values` have reached; undefined when fewer exist. */
export function reachedByQuorum(values: readonly number[], quorum: number): number | undefined {
  // There are seven at most, and this is asked for every message: counting beats sorting a copy.
  let highest: number | undefined
  for (const value of values) {
    if (highest !== undefined && value <= highest) continue
    let reached = 0
    for (const other of values) if (other >= value) reached += 1
    if (reached >= quorum) highest = value
  }
  return highest
}
