/** What a drill is, what it is told, and what it says in the end: figures, and bars held or missed. */
import type { GroupProtocol } from '../group.ts'

export type DrillSetting = {
  readonly protocol: GroupProtocol
  readonly members: number
  /** That write during the drill. */
  readonly clients: number
  readonly sizeBytes: number
  /** Times that the fault is done; undefined: as often as the drill does by itself. */
  readonly rounds: number | undefined
  /** How many entries are written where the number matters. */
  readonly entries: number
  /** How long a member is paused. */
  readonly pauseMs: number
  readonly basePort: number
  readonly parentDir: string | undefined
  /** Of the members' processes, besides what the group sets. */
  readonly environment?: Readonly<Record<string, string>>
  /** Where the members' logs are copied in the end. */
  readonly logsDir: string | undefined
  readonly signal: AbortSignal
  /** Tells whoever waits how far it is. */
  say(line: string): void
}

/** Something that must hold. */
export type Bar = {
  readonly what: string
  readonly limit: string
  readonly seen: string
  readonly held: boolean
}

export type Figure = { readonly what: string; readonly seen: string }

export type DrillResult = {
  readonly bars: readonly Bar[]
  readonly figures: readonly Figure[]
}

export type Drill = {
  readonly name: string
  /** In one sentence, for the report. */
  readonly about: string
  run(setting: DrillSetting): Promise<DrillResult>
}

export function atMost(
  what: string,
  seen: number,
  { limit, unit }: { readonly limit: number; readonly unit: string },
): Bar {
  const text = (value: number): string => `${formatNumber(value)} ${unit}`.trimEnd()
  return { what, limit: `<= ${text(limit)}`, seen: text(seen), held: seen <= limit }
}

export function atLeast(
  what: string,
  seen: number,
  { limit, unit }: { readonly limit: number; readonly unit: string },
): Bar {
  const text = (value: number): string => `${formatNumber(value)} ${unit}`.trimEnd()
  return { what, limit: `>= ${text(limit)}`, seen: text(seen), held: seen >= limit }
}

/** Must not happen, not once. */
export function none(what: string, seen: number, details = ''): Bar {
  const text = details === '' ? String(seen) : `${seen} (${details})`
  return { what, limit: 'none', seen: text, held: seen === 0 }
}

export function must(what: string, held: boolean, seen = held ? 'yes' : 'no'): Bar {
  return { what, limit: 'yes', seen, held }
}

export function figure(what: string, value: number, unit: string): Figure {
  return { what, seen: `${formatNumber(value)} ${unit}`.trimEnd() }
}

function formatNumber(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(2)
}
