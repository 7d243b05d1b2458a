/** The workload's commands as log payloads. */
import type { SimulatedCommand } from './types.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Padded by some, so that byte limits and fragments see different sizes. */
export function encodeCommand({ request, attempt }: SimulatedCommand): Uint8Array {
  const padding = '.'.repeat((request * 37) % 200)
  return encoder.encode(`${request}/${attempt}/${padding}`)
}

/** Undefined when the payload is none of ours: somebody invented it. */
export function decodeCommand(payload: Uint8Array): SimulatedCommand | undefined {
  const match = /^(\d+)\/(\d+)\/\.*$/.exec(decoder.decode(payload))
  if (match === null) return undefined
  return { request: Number(match[1]), attempt: Number(match[2]) }
}
