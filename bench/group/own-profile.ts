/** Where this process spends its processor time, as a .cpuprofile. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'

/** Begins now; what it resolves with ends it and writes `client.cpuprofile`. */
export async function writeOwnProfile(dir: string): Promise<() => Promise<void>> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.start')
  return async () => {
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    mkdirSync(dir, { recursive: true })
    writeFileSync(join(dir, 'client.cpuprofile'), JSON.stringify(profile))
  }
}
