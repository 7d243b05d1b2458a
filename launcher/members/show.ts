/** `./agora members GROUP`: one look at a group, or one every second. */
import { setTimeout as sleep } from 'node:timers/promises'
import { exitCodes } from '../../platform/terminal/exit-codes.ts'
import type { Cluster } from '../environment.ts'
import { type DatabaseGroup, reachCustomers, reachProducts, withGroup } from './group.ts'
import { formatRotation } from './rotation-text.ts'
import { formatGroup } from './table.ts'

export type ShowOptions = { readonly json: boolean; readonly watch: boolean }

const watchEveryMs = 1_000

/** Resolves with the exit code: 0, or 1 when the group takes no writes. */
export function showMembers(
  cluster: Cluster,
  group: DatabaseGroup,
  options: ShowOptions,
): Promise<number> {
  if (group === 'products') {
    return withGroup(reachProducts(cluster), ({ look }) =>
      show(group, look, (view, width) => formatGroup(group, view, width), options),
    )
  }
  return withGroup(reachCustomers(cluster), ({ look }) =>
    show(group, look, (view, width) => formatRotation(group, view, width), options),
  )
}

async function show<View extends { readonly writable: boolean }>(
  group: DatabaseGroup,
  look: () => Promise<View>,
  format: (view: View, width: number | undefined) => string,
  { json, watch }: ShowOptions,
): Promise<number> {
  const onTerminal = process.stdout.isTTY === true
  // Whoever read it has seen enough: `--watch | head`.
  process.stdout.once('error', () => process.exit(exitCodes.ok))
  for (;;) {
    const view = await look()
    if (watch && onTerminal) process.stdout.write('\u001b[2J\u001b[H')
    const width = onTerminal ? process.stdout.columns : undefined
    const text = json ? JSON.stringify({ group, ...view }) : format(view, width)
    process.stdout.write(`${text}\n`)
    if (!watch) return view.writable ? exitCodes.ok : exitCodes.error
    await sleep(watchEveryMs)
  }
}
