/**
 * Embedded servers as seen from outside, with no replica running: the launcher's down and purge.
 */
import { readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { exists } from './cache.ts'
import { abandonedPlaces, findPlace, outsidePlaces, removeOutsideFiles } from './places.ts'
import type { Place } from './places.ts'
import { findPostmaster, stopPostmaster } from './postmaster.ts'
import { chooseServerUser } from './server-user.ts'

/** Stops the server of this data directory if one runs. True when there was one. */
export async function stopPostgresIn(dataDir: string): Promise<boolean> {
  const place = await findPlace(dataDir)
  return place === undefined ? false : stopAt(place)
}

async function stopAt(place: Place): Promise<boolean> {
  const running = await findPostmaster(place)
  if (running === undefined) return false
  await stopPostmaster(place, running)
  return true
}

/** Stops the server and deletes its data, wherever it lies. The rest of `dataDir` stays. */
export async function removePostgresData(dataDir: string): Promise<void> {
  const directory = resolve(dataDir)
  // A link that leads nowhere has no server.
  if (await exists(join(directory, 'postgres', 'PG_VERSION'))) await stopPostgresIn(directory)
  for (const cluster of await outsidePlaces(directory)) await removeOutside(directory, cluster)
  for (const name of await readdir(directory).catch(() => [])) {
    const ours = name === 'postgres' || name.startsWith('postgres.')
    if (ours) await rm(join(directory, name), { recursive: true, force: true })
  }
}

/** Frees what tests left outside of data directories that they have deleted. */
export async function sweepAbandoned(): Promise<void> {
  for (const { dataDir, cluster } of await abandonedPlaces()) await removeOutside(dataDir, cluster)
}

async function removeOutside(dataDir: string, cluster: string): Promise<void> {
  const user = await chooseServerUser()
  await stopAt({ dataDir, entry: join(dataDir, 'postgres'), cluster, user })
  await removeOutsideFiles(cluster)
}
