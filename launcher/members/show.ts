/** `./agora members GROUP`: one look at a group, or one every second. */
import { setTimeout as sleep } from 'node:timers/promises'
import { exitCodes } from '../../platform/terminal/exit-codes.ts'
import type { Cluster } from '../environment.ts'
import { type DatabaseGroup, withGroup } from './group.ts'
import { formatGroup } from './table.ts'

export type ShowOptions = { readonly json: boolean; readonly watch: boolean }

const watchEveryMs = 1_000

/** Resolves with the exit code: 0, or 1 when the group takes no writes. */
export function showMembers(
  cluster: Cluster,
  group: DatabaseGroup,
  { json, watch }: ShowOptions,
): Promise<number> {
  return withGroup(cluster, group, async (reached) => {
    const onTerminal = process.stdout.isTTY === true
    // Whoever read it has seen enough: `--watch | head`.
    process.stdout.once('error', () => process.exit(exitCodes.ok))
    for (;;) {
      const view = await reached.look()
      if (watch && onTerminal) process.stdout.write('\u001b[2J\u001b[H')
      const width = onTerminal ? process.stdout.columns : undefined
      const text = json ? JSON.stringify({ group, ...view }) : formatGroup(group, view, width)
      process.stdout.write(`${text}\n`)
      if (!watch) return view.writable ? exitCodes.ok : exitCodes.error
      await sleep(watchEveryMs)
    }
  })
}
