/**
 * What a load is put on: five members that order writes and answer linearizable reads, ours or
 * somebody else's. It must not know how they do it.
 */
import type { Recording } from '../measure.ts'
import type { LoadKind, OwnLoad, Traffic } from './definition.ts'

/** Where nobody leads, `leader` is one member, always the same, and `follower` is another one. */
export type Place = 'leader' | 'follower' | 'all'

export type Load = {
  /** For people. */
  readonly name: string
  readonly kind: LoadKind
  /** Where the calls go. */
  readonly at: Place
  /** At each member where they go. */
  readonly outstanding: number
}

/** Processor time used so far, in milliseconds, by the parts of a system: always the same parts. */
export type ProcessorTimes = Readonly<Record<string, number>>

/** A connection to one member. */
export type Target = {
  write(command: Buffer): Promise<unknown>
  read(): Promise<unknown>
  /** The same without a client and its calls; undefined: this system cannot. */
  readonly loadYourself: ((load: OwnLoad) => Promise<Recording>) | undefined
}

export type MeasuredSystem = {
  readonly name: string
  /** Valid as long as nobody else is elected. */
  targets(place: Place): Promise<readonly Target[]>
  processorTimes(): Promise<ProcessorTimes>
  /** Of all members together; undefined: not known. */
  traffic(): Promise<Traffic | undefined>
  remove(): Promise<void>
}
