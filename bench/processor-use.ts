/**
 * What a call costs in processor time, by kind of process: unlike calls per second, it says where to
 * look, and hardly depends on what else the machine does. It must not know what is being called.
 */
import { join } from 'node:path'
import type { ClusterDirectory } from '../launcher/cluster-directory.ts'
import { findPlace } from '../platform/postgres/places.ts'
import { findPostmaster } from '../platform/postgres/postmaster.ts'
import { familyProcessorMs, processorMs } from './group/processor-time.ts'

/** Kind of process → milliseconds used since the processes started. */
export type ProcessorUse = ReadonlyMap<string, number>

/** Of all processes of the cluster, of the PostgreSQL of each replica, and of this process. */
export async function readProcessorUse(directory: ClusterDirectory): Promise<ProcessorUse> {
  const usedMs = new Map<string, number>()
  const count = (kind: string, ms: number): void => {
    usedMs.set(kind, (usedMs.get(kind) ?? 0) + ms)
  }
  for (const { name, group, pid } of directory.readRecord()?.processes ?? []) {
    if (pid !== undefined) count(group, processorMs(pid))
    const place = await findPlace(join(directory.path, name))
    const server = place === undefined ? undefined : await findPostmaster(place)
    if (server !== undefined) count(`${group}' PostgreSQL`, familyProcessorMs(server.pid))
  }
  count('clients', processorMs(process.pid))
  return usedMs
}

/** What was used in between. A process that has ended meanwhile counts for nothing. */
export function usedBetween(before: ProcessorUse, after: ProcessorUse): ProcessorUse {
  return new Map(
    [...after].map(([kind, ms]) => [kind, Math.max(0, ms - (before.get(kind) ?? 0))] as const),
  )
}

export function totalMs(use: ProcessorUse): number {
  return [...use.values()].reduce((sum, ms) => sum + ms, 0)
}
