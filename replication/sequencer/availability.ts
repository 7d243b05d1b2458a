/**
 * Whether writes and reads can go on, and the sentence that says why not.
 *
 * With one fixed view every member must take its turn, so writes need all of them; barriers need Q.
 */
import type { Peer, Peers } from './peers.ts'

export type AvailabilityInput = {
  readonly peers: Peers
  readonly now: number
  readonly failureTimeoutTicks: number
  readonly tickMs: number
}

/** Why writes cannot go on; undefined: they can. */
export function writeObstacle(input: AvailabilityInput): string | undefined {
  const { peers, now, failureTimeoutTicks, tickMs } = input
  const lost = peers.all.filter((peer) => peer.lostItsLog)
  if (lost.length > 0) {
    const verb = lost.length === 1 ? 'has come back without its log' : 'have come back without logs'
    return `${nameOf(lost)} ${verb}; writes go on when the disk it had is back.`
  }
  const absent = peers.all.filter((peer) => !peers.isHeard(peer, now, failureTimeoutTicks))
  if (absent.length === 0) return undefined
  const verb = absent.length === 1 ? 'has' : 'have'
  const groupSize = peers.all.length + 1
  return (
    `${nameOf(absent)} ${verb} not been heard ${sinceWhen(absent, now, tickMs)}; ` +
    `writes go on when all ${groupSize} members of the group are there.`
  )
}

/** Other members heard lately. Within the first timeout after the start, all count as heard. */
export function othersReachable(input: AvailabilityInput): number {
  const { peers, now, failureTimeoutTicks } = input
  if (now <= failureTimeoutTicks) return peers.all.length
  return peers.all.filter(
    (peer) => !peer.lostItsLog && peers.isHeard(peer, now, failureTimeoutTicks),
  ).length
}

function nameOf(peers: readonly Peer[]): string {
  const ids = peers.map((peer) => String(peer.id))
  const last = ids.at(-1) ?? ''
  if (ids.length === 1) return `Member ${last}`
  return `Members ${ids.slice(0, -1).join(', ')} and ${last}`
}

function sinceWhen(absent: readonly Peer[], now: number, tickMs: number): string {
  const ages = absent.map((peer) => peer.lastHeardTick).filter((tick) => tick !== undefined)
  if (ages.length < absent.length) return 'since this member started'
  const youngestMs = Math.min(...ages.map((tick) => now - tick)) * tickMs
  return `for ${(youngestMs / 1_000).toFixed(1)} s`
}
