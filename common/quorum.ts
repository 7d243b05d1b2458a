/** Members that make a majority of `members` (1 → 1, 3 → 2, 5 → 3, 7 → 4). */
export function quorumOf(members: number): number {
  return Math.floor(members / 2) + 1
}

/** The highest value that at least `quorum` of `values` have reached; undefined when fewer exist. */
export function reachedByQuorum(values: readonly number[], quorum: number): number | undefined {
  return [...values].sort((a, b) => b - a)[quorum - 1]
}
