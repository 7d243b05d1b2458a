/**
 * What a seed decides about a run: how many members, how bad the network, the disks and the clocks
 * are, who crashes when, what clients ask for. Printed when a run fails.
 */
import type { Random } from '../../common/random.ts'

export type SimulationOptions = {
  /** Those who form the group; and those who run beside it and may be added to it. */
  readonly members: number
  readonly spares: number
  /** Length of the phase with faults. */
  readonly safetyMs: number
  /** Clients, each with one operation at a time; the operations they share; the share of reads. */
  readonly clients: number
  readonly operations: number
  readonly readShare: number
  /** How long a client waits between operations, at most. */
  readonly thinkMaxMs: number
  /** When a client gives an attempt up and tries the same request elsewhere. */
  readonly attemptTimeoutMs: number
  /**
   * Shares of datagrams lost, sent twice, and held back for up to holdBackMaxMs: half of those come
   * in time, too, and are repeated then. Restarts and lost disks lie between, as it happens.
   */
  readonly loss: number
  readonly duplication: number
  readonly holdBack: number
  readonly holdBackMaxMs: number
  /** Every other datagram takes between these. A wide range reorders. */
  readonly delayMinMs: number
  readonly delayMaxMs: number
  /** Mean time between faults of a kind; 0: never. */
  readonly partitionEveryMs: number
  readonly crashEveryMs: number
  readonly pauseEveryMs: number
  /** One process is stopped as its supervisor would, and started again. */
  readonly restartEveryMs: number
  /** Mean time between an operator's actions on the group; 0: never. */
  readonly administerEveryMs: number
  /** Share of partitions that cut single directions of single links only. */
  readonly oneWayShare: number
  /** Longest time that a partition, a crash, a pause lasts. */
  readonly faultMaxMs: number
  /** Share of crashes that hit all members at once, and that lose the disk. */
  readonly crashAllShare: number
  readonly wipeShare: number
  /** A durable write takes between these; on the slow member ten times as long. */
  readonly diskMinMs: number
  readonly diskMaxMs: number
  readonly slowDiskMember: number | undefined
  /** Fetching another member's state takes between these, and fails in this share of attempts. */
  readonly fetchMinMs: number
  readonly fetchMaxMs: number
  readonly fetchFailures: number
  /** Applying a batch takes between these. */
  readonly applyMinMs: number
  readonly applyMaxMs: number
  /** How fast each member's clock ticks; 1 is right. One for each member. */
  readonly clockSpeeds: readonly number[]
}

type DrawLimits = { readonly membership?: unknown }

/** Draws a run. Kinds of trouble are drawn by coin: many runs combine only a few of them. */
export function drawOptions(random: Random, limits: DrawLimits): SimulationOptions {
  const coin = (share: number): boolean => random.next() < share
  const between = (min: number, max: number): number => min + random.next() * (max - min)
  const pick = <T>(...choices: readonly T[]): T =>
    choices[random.integer(0, choices.length - 1)] as T

  const changes = limits.membership !== undefined
  const members = changes ? pick(1, 3, 3, 5, 5, 7) : pick(1, 3, 3, 3, 5, 5, 5, 5)
  const administers = changes && coin(0.5)
  const spares = administers ? pick(0, 1, 2) : 0
  const wipeShare = changes && coin(0.4) ? between(0.1, 0.6) : 0
  const delayMinMs = pick(0.1, 0.5, 2)
  const diskMinMs = pick(0.1, 0.5, 2)
  const wildClocks = coin(0.2)
  const safetyMs = random.integer(3_000, 12_000)
  const clients = pick(1, 2, 4, 8, 16)
  const operations = random.integer(20, 400)
  // Spread over the whole phase, or all at once.
  const spreadMs = Math.min(2_000, (2 * safetyMs * clients) / operations)
  return {
    members,
    spares,
    safetyMs,
    clients,
    operations,
    readShare: pick(0, 0.2, 0.5),
    thinkMaxMs: pick(1, spreadMs, spreadMs),
    attemptTimeoutMs: pick(200, 800, 2_500),
    loss: coin(0.6) ? between(0, 0.2) : 0,
    duplication: coin(0.5) ? between(0, 0.2) : 0,
    holdBack: coin(0.4) ? between(0, 0.05) : 0,
    holdBackMaxMs: pick(500, 3_000, 15_000),
    delayMinMs,
    delayMaxMs: delayMinMs + pick(0.2, 2, 20),
    partitionEveryMs: coin(0.4) ? random.integer(800, 6_000) : 0,
    crashEveryMs: coin(0.6) ? random.integer(500, 6_000) : 0,
    pauseEveryMs: coin(0.3) ? random.integer(800, 6_000) : 0,
    restartEveryMs: coin(0.3) ? random.integer(1_000, 6_000) : 0,
    administerEveryMs: administers || wipeShare > 0 ? random.integer(200, 2_500) : 0,
    oneWayShare: pick(0, 0.5, 1),
    faultMaxMs: pick(300, 1_500, 4_000),
    crashAllShare: pick(0, 0.1, 0.4),
    wipeShare,
    diskMinMs,
    diskMaxMs: diskMinMs + pick(0.2, 3, 30),
    slowDiskMember: coin(0.15) ? random.integer(0, members - 1) : undefined,
    fetchMinMs: 5,
    fetchMaxMs: pick(10, 100, 800),
    fetchFailures: pick(0, 0.1, 0.4),
    applyMinMs: 0.1,
    applyMaxMs: pick(0.5, 5, 80),
    clockSpeeds: Array.from({ length: members + spares }, () =>
      wildClocks ? between(0.5, 2) : between(0.95, 1.05),
    ),
  }
}
