/** Waits until a member that was started can be called, whether or not it can serve. */
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GroupMember } from '../member.ts'

const listenWithinMs = 30_000
const pollMs = 5

/** When its port can be connected to. */
export async function untilListening(
  { address }: GroupMember,
  signal: AbortSignal,
): Promise<number> {
  const giveUpAtMs = performance.now() + listenWithinMs
  while (performance.now() < giveUpAtMs) {
    if (await connects(address)) return performance.now()
    await sleep(pollMs, undefined, { signal })
  }
  throw new Error(`member ${address.id} does not listen after ${listenWithinMs} ms`)
}

function connects({ host, port }: GroupMember['address']): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const ended = (isConnected: boolean): void => {
      socket.destroy()
      resolve(isConnected)
    }
    socket.once('connect', () => ended(true))
    socket.once('error', () => ended(false))
  })
}
