/**
 * What the driver needs from the outside world. Tests, the simulator and production give it different ones.
 */
import type { MemberId } from '../common/member.ts'
import type { DurableState, LogWrite } from './protocol.ts'
import type { LogIndex } from './replicated-log.ts'

/** The durable log of one replica. */
export interface LogStorage {
  /** Everything retained, read once at start. The applied position comes from the state machine. */
  load(): Promise<Omit<DurableState, 'applied'>>
  /**
   * Resolves when it is durable. A rejection is final: the replica stops. A write of nothing (no
   * entries, no truncation, no meta) is one, too: it secures what the state machine had committed.
   */
  write(write: LogWrite): Promise<void>
  /** May forget entries up to `index`, at its leisure. */
  trim(index: LogIndex): Promise<void>
  close(): Promise<void>
}

/** Carries encoded messages between the members of one group. May lose, repeat, delay and reorder. */
export interface Transport {
  send(to: MemberId, message: Uint8Array): void
  /** Everybody but oneself; lets a transport encode and authenticate once. */
  broadcast(message: Uint8Array): void
  /** Called once, before anything is sent. */
  onMessage(receive: (from: MemberId, message: Uint8Array) => void): void
  close(): Promise<void>
}

/** Milliseconds from an arbitrary start, never backwards; and a way to be called later. */
export interface Clock {
  nowMs(): number
  nowUnixMs(): number
  every(intervalMs: number, action: () => void): { cancel(): void }
}
