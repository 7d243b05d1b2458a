/** What all processes of a cluster have written about requests. */
import { readFileSync } from 'node:fs'
import type { TestCluster } from './cluster.ts'

export type LogLine = Readonly<Record<string, unknown>> & {
  readonly name: string
  readonly msg: string
  readonly requestId?: string
}

export type ProcessLog = { readonly group: string; readonly lines: readonly LogLine[] }

/** Every process's log; what is no JSON was written before there was a log, or by another program. */
export function readLogs(cluster: TestCluster): ProcessLog[] {
  return cluster.processes().map(({ name, group }) => {
    const text = readFileSync(cluster.directory.logPath(name), 'utf8')
    const lines = text
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
    return { group, lines: lines as LogLine[] }
  })
}

/** Only a line about a call, or about what was done for one, says one of these. */
const fieldsOfCalls = ['method', 'path', 'status', 'purchaseId', 'action']

/** How many lines are about calls, and which of them lack the id of the request. */
export function linesAboutCalls(logs: readonly ProcessLog[]) {
  const about = logs
    .flatMap(({ lines }) => lines)
    .filter((line) => fieldsOfCalls.some((field) => field in line))
  return { count: about.length, withoutId: about.filter(({ requestId }) => !requestId) }
}
