/** Drills that have been done, as Markdown. */
import { describeMachine, table } from '../../report.ts'
import type { DrillResult } from './drill.ts'

export type DoneDrill = {
  readonly name: string
  readonly about: string
  /** Undefined: it could not be done to the end; `problem` says why. */
  readonly result: DrillResult | undefined
  readonly problem: string
  readonly seconds: number
  /** Processes that wanted to run, in the mean of a minute: what else the machine did counts, too. */
  readonly loadBefore: number
  readonly loadAfter: number
}

export type DrillsShape = {
  readonly members: number
  readonly clients: number
  readonly sizeBytes: number
}

/** Every bar is held, of a drill that was done to the end. */
export function isPassed({ result }: DoneDrill): boolean {
  return result?.bars.every(({ held }) => held) === true
}

export function formatDrills(shape: DrillsShape, drills: readonly DoneDrill[]): string {
  const { members, clients, sizeBytes } = shape
  const intro = [
    `Machine: ${describeMachine()}.`,
    `${members} members with their PostgreSQL, ${clients} clients, ${sizeBytes}-byte commands, one row each.`,
  ]
  return `${[...intro, ...drills.map(formatDrill)].join('\n\n')}\n`
}

function formatDrill(drill: DoneDrill): string {
  const { name, about, result, problem, seconds, loadBefore, loadAfter } = drill
  const load = `load average ${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after`
  const parts = [
    `### ${name}: ${isPassed(drill) ? 'held' : 'MISSED'}`,
    `${about} ${seconds.toFixed(0)} s; ${load}.`,
  ]
  if (problem !== '') parts.push(`Not done to the end:\n\n\`\`\`\n${problem}\n\`\`\``)
  if (result !== undefined) {
    const bars = result.bars.map(({ what, limit, seen, held }) => [
      what,
      limit,
      seen,
      held ? 'held' : 'MISSED',
    ])
    parts.push(table(['must hold', 'bar', 'seen', ''], bars))
    parts.push(
      table(
        ['figure', 'seen'],
        result.figures.map(({ what, seen }) => [what, seen]),
      ),
    )
  }
  return parts.join('\n\n')
}
