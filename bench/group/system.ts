/**
 * What a load is put on: five members that order writes and answer linearizable reads, ours or
 * somebody else's. It must not know how they do it.
 */
import type { RunSummary } from '../measure.ts'
import type { LoadKind, OwnLoad } from './definition.ts'

export type Place = 'leader' | 'follower'

export type Load = {
  readonly kind: LoadKind
  /** Where the calls go. */
  readonly at: Place
  readonly outstanding: number
}

/** Processor time used so far, in milliseconds, by the parts of a system. */
export type ProcessorTimes = {
  readonly leader: number
  readonly followers: number
  readonly databases: number
}

/** A connection to one member. */
export type Target = {
  write(command: Buffer): Promise<unknown>
  read(): Promise<unknown>
  /** The same without a client and its calls; undefined: this system cannot. */
  readonly loadYourself: ((load: OwnLoad) => Promise<RunSummary>) | undefined
}

export type MeasuredSystem = {
  readonly name: string
  /** Valid as long as nobody else is elected. */
  target(place: Place): Promise<Target>
  processorTimes(): Promise<ProcessorTimes>
  remove(): Promise<void>
}
