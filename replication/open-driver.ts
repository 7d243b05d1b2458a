/**
 * Starts a replica's driver from what its database holds. Entries above the applied position are
 * not applied here: the core delivers them again once the protocol knows that they are agreed.
 */
import { AppError } from '../common/errors.ts'
import { Driver } from './driver.ts'
import type { OpenDriverOptions } from './driver-options.ts'
import { emptyWrite } from './log-writer.ts'
import type { StoredEntry } from './protocol.ts'
import type { LogIndex } from './replicated-log.ts'

/** Throws AppError INTERNAL when log and database do not belong together. */
export async function openDriver<C, R, M>(
  options: OpenDriverOptions<C, R, M>,
): Promise<Driver<C, R, M>> {
  const { storage, stateMachine, createCore } = options
  const { meta, entries } = await storage.load()
  const applied = await stateMachine.position()
  requireJoined(entries, applied.index)
  // If only this process died, its PostgreSQL lived on, and what we just read may have been
  // committed asynchronously a moment ago. The core takes the position for durable: make it so.
  await storage.write(emptyWrite)
  const core = createCore({ meta, entries, applied })
  return new Driver({ ...options, core, appliedIndex: applied.index })
}

function requireJoined(entries: readonly StoredEntry[], applied: LogIndex): void {
  const first = entries[0]?.index
  if (first !== undefined && first > applied + 1) {
    const gap = `the log begins at ${first}, but the database has applied only ${applied}`
    const advice = 'the entries between are lost. Restore the data directory of this replica'
    throw new AppError('INTERNAL', { message: `${gap}: ${advice}` })
  }
  for (let place = 1; place < entries.length; place += 1) {
    const [before, after] = [entries[place - 1]?.index ?? 0, entries[place]?.index]
    if (after === before + 1) continue
    const message = `the log is damaged: ${before} is followed by ${after}`
    throw new AppError('INTERNAL', { message })
  }
}
