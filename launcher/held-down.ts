/** Whether a process of this machine is stopped (SIGSTOP), which it cannot say itself. */
import { readFileSync } from 'node:fs'

/** Where there is no /proc nobody knows: false. */
export function isPaused(pid: number): boolean {
  try {
    // `pid (name) T …`: the name may hold anything, a bracket too.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')
  } catch {
    return false
  }
}
