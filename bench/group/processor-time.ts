/**
 * How much processor time processes have used, from Linux's /proc. Unlike what takes how long, it
 * hardly depends on what else the machine does. Elsewhere everything is zero.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Linux tells times in hundredths of a second to everybody, whatever it counts itself. */
const tickMs = 10

type Stat = { readonly parent: number; readonly ownMs: number; readonly reapedMs: number }

/** False: the figures are all zero. */
export const processorTimeIsKnown = existsSync('/proc/self/stat')

/** Of the process alone; 0 when it is gone. */
export function processorMs(pid: number): number {
  return readStat(pid)?.ownMs ?? 0
}

/** Of the process, its children, and those of its children that have ended. */
export function familyProcessorMs(pid: number): number {
  const self = readStat(pid)
  if (self === undefined) return 0
  return childrenOf(pid).reduce(
    (totalMs, child) => totalMs + processorMs(child),
    self.ownMs + self.reapedMs,
  )
}

/** The processes that this one has started itself. */
export function childrenOf(pid: number): number[] {
  if (!processorTimeIsKnown) return []
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).filter((other) => readStat(other)?.parent === pid)
}

function readStat(pid: number): Stat | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined // Not there, or no longer.
  }
  // The command name, in parentheses, may hold blanks: fields are counted behind it, from the third.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const ticks = (field: number): number => Number(fields[field - 3] ?? 0)
  return {
    parent: ticks(4),
    ownMs: (ticks(14) + ticks(15)) * tickMs,
    reapedMs: (ticks(16) + ticks(17)) * tickMs,
  }
}
