/**
 * Hashing passwords, off the event loop, a few at a time. The queue is bounded: past it a login is
 * refused at once (OVERLOADED), rather than answered when nobody waits any more.
 */
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { AppError } from '../common/errors.ts'

const LANES_MAX = 4
const WAITING_MAX = 256

export type Passwords = {
  /** Argon2id in its encoded form, with a salt of its own. */
  hash(password: string): Promise<string>
  /** `undefined` (nobody has this name) takes as long as a real hash, and is false. */
  verify(hash: string | undefined, password: string): Promise<boolean>
}

export type PasswordOptions = {
  readonly memoryKib: number
  readonly iterations: number
  readonly waitingMax?: number
}

export async function createPasswords(options: PasswordOptions): Promise<Passwords> {
  // Argon2id, version 0x13, is what the library does when told nothing else.
  const cost = { memoryCost: options.memoryKib, timeCost: options.iterations, parallelism: 1 }
  const lanes = createLanes(
    Math.min(availableParallelism(), LANES_MAX),
    options.waitingMax ?? WAITING_MAX,
  )
  const nobodysHash = await hash(randomBytes(32).toString('base64url'), cost)
  return {
    hash: (password) => lanes.run(() => hash(password, cost)),
    async verify(encoded, password) {
      const isRight = await lanes.run(() => verify(encoded ?? nobodysHash, password))
      return isRight && encoded !== undefined
    },
  }
}

/** Runs at most `count` pieces of work at once, and keeps at most `waitingMax` waiting. */
export function createLanes(count: number, waitingMax: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return {
    async run<T>(work: () => Promise<T>): Promise<T> {
      if (running >= count) {
        if (waiting.length >= waitingMax) {
          throw new AppError('OVERLOADED', {
            message: 'Too many people are logging in just now; try again shortly.',
          })
        }
        // Whoever finishes hands its lane over: `running` stays as it is.
        await new Promise<void>((resolve) => waiting.push(resolve))
      } else {
        running += 1
      }
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next === undefined) running -= 1
        else next()
      }
    },
  }
}
