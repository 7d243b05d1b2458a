/**
 * What the driver needs from the outside world. Tests, the simulator and production give it different ones.
 */
import type { Member } from '../common/host-port.ts'
import type { MemberId } from '../common/member.ts'
import type { DurableState, FetchState, LogWrite } from './protocol.ts'
import type { LogIndex, Position } from './replicated-log.ts'

/** The durable log of one replica. */
export interface LogStorage {
  /**
   * Everything retained, read at start, and once more after an install (StateTransfer). The applied
   * position comes from the state machine.
   */
  load(): Promise<Omit<DurableState, 'applied'>>
  /**
   * Resolves when it is durable; undefined: it is already (what lies in memory). A rejection is final: the replica stops. A write of nothing (no
   * entries, no truncation, no meta) is one, too: it secures what the state machine had committed.
   */
  write(write: LogWrite): Promise<void> | undefined
  /** May forget entries up to `index`, at its leisure. */
  trim(index: LogIndex): Promise<void>
  close(): Promise<void>
}

/** How a replica gets the state of another one, whole, when the log no longer leads there. */
export interface StateTransfer {
  /**
   * Brings the state here and keeps it on disk beside the present one. Rejects when no source has
   * it now; called again, it goes on where it ended. `signal`: the wish is withdrawn.
   */
  fetch(wanted: FetchState, signal: AbortSignal): Promise<Position>
  /**
   * One durable transaction: what was fetched last takes the place of schema `state` and of the
   * position, the log becomes empty, `meta` replaces the protocol's durable scalars. Nothing else
   * writes meanwhile. Afterwards storage and state machine must be loaded anew. A rejection is
   * final: the replica stops.
   */
  install(meta: Uint8Array): Promise<void>
  close(): Promise<void>
}

/** Carries encoded messages between the members of one group. May lose, repeat, delay and reorder. */
export interface Transport {
  /**
   * To anybody whose address is known: by configuration, by setPeers() at any time before, or because
   * something has come from it. To others nothing is sent.
   */
  send(to: MemberId, message: Uint8Array): void
  /** All peers; lets a transport encode and authenticate once. */
  broadcast(message: Uint8Array): void
  /** Whom broadcast() means from now on. At first: all configured members but oneself. */
  setPeers(peers: readonly Member[]): void
  /** Called once, before anything is sent. Anybody who holds the group's secret may send. */
  onMessage(receive: (from: MemberId, message: Uint8Array) => void): void
  close(): Promise<void>
}

/** Milliseconds from an arbitrary start, never backwards; and a way to be called later. */
export interface Clock {
  nowMs(): number
  nowUnixMs(): number
  every(intervalMs: number, action: () => void): { cancel(): void }
}
