/** What loss repair counts since the start of the process: plain numbers, for status and metrics. */
export type RepairCounters = {
  /** Entries and requests asked for, repetitions included. */
  asked: number
  /** Parts sent in answer. */
  answered: number
  /** Asked for by others and not sent: it has just been, or there was no room. */
  suppressed: number
  /** Asked for, and then it came more than once. */
  unneeded: number
  /** Said although nothing was new, because own work did not move on. */
  probes: number
}

export function zeroRepairCounters(): RepairCounters {
  return { asked: 0, answered: 0, suppressed: 0, unneeded: 0, probes: 0 }
}
