/** What the drills of a lost disk share, whatever takes the member back in. */
import { setTimeout as sleep } from 'node:timers/promises'
import { quorumOf } from '../../../common/quorum.ts'
import type { GroupMember } from '../member.ts'
import type { Span } from './history.ts'
import type { Scene } from './scene.ts'

/** While so many were paused that only the empty disk could have made a quorum. */
export type WithoutQuorum = {
  readonly acknowledged: number
  /** Until writes went on. */
  readonly span: Span
}

const forgetsWithinMs = 60_000
const recoverWithinMs = 120_000
const pollMs = 25
const noQuorumMs = 1_500
/** A signal is on its way for less than this. */
const pausedForSureMs = 100

/** Once no log holds the beginning, a member that has nothing needs the whole state. */
export async function untilLogForgets({ group, setting }: Scene): Promise<number> {
  const giveUpAtMs = performance.now() + forgetsWithinMs
  while (performance.now() < giveUpAtMs) {
    const status = await group.status((await group.leader()).address.id)
    const first = status === undefined ? 0 : setting.protocol.logBegins(status)
    if (first > 1) return first
    await sleep(pollMs, undefined, { signal: setting.signal })
  }
  throw new Error(`the log is still kept from its beginning after ${forgetsWithinMs} ms`)
}

/**
 * Pauses so many of the others that those left are one short of a quorum, the empty disk not counted:
 * nothing may be acknowledged. `meanwhile` is done once they are paused. Goes on when writes do.
 */
export async function pauseToMinority(
  scene: Scene,
  wiped: GroupMember,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<WithoutQuorum> {
  const { group, writers, history, setting } = scene
  const orders = await group.leader()
  const others = group.members.filter((member) => member !== wiped && member !== orders)
  const paused = others.slice(0, group.members.length - quorumOf(group.members.length))
  const fromMs = performance.now()
  let untilMs = fromMs
  for (const member of paused) member.pause()
  try {
    await meanwhile()
    await sleep(noQuorumMs, undefined, { signal: setting.signal })
    untilMs = performance.now()
  } finally {
    for (const member of paused) member.resume()
  }
  const acknowledged = history.acknowledged.filter(
    ({ invokedMs, acknowledgedMs }) =>
      invokedMs > fromMs + pausedForSureMs && acknowledgedMs < untilMs,
  )
  await writers.acknowledgesAgain(untilMs, recoverWithinMs)
  return { acknowledged: acknowledged.length, span: { fromMs, toMs: performance.now() } }
}
