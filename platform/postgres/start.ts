/**
 * Brings up the embedded server of one data directory: makes the cluster when it is missing, adopts
 * a server that a killed process left behind, or stops that one and starts another.
 */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { ensureBinaries } from './binaries.ts'
import type { Binaries } from './binaries.ts'
import { applicationName, clientConfig } from './connections.ts'
import { createMinBytes, requireSpace, startMinBytes } from './disk-space.ts'
import { AlreadyRunning } from './guard.ts'
import { findPlace, removeSocketDirectory, socketDirectory } from './places.ts'
import type { Place } from './places.ts'
import {
  clusterVersion,
  findPostmaster,
  hasSettings,
  runsFrom,
  ServerDidNotStart,
  startPostmaster,
  stopPostmaster,
  writeSettings,
} from './postmaster.ts'
import type { Postmaster } from './postmaster.ts'
import { processIdentity, waitFor } from './processes.ts'
import { postgresqlConf } from './settings.ts'
import { createCluster } from './template.ts'

export type EmbeddedServer = {
  readonly place: Place
  readonly postmaster: Postmaster
  /** True when the server was running already. */
  readonly adopted: boolean
}

export type EmbeddedOptions = {
  readonly dataDir: string
  readonly runtimeName: string
  readonly maxConnections: number
}

export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  let place = await findPlace(options.dataDir)
  await requireSpace(
    place?.cluster ?? resolve(options.dataDir),
    place === undefined ? createMinBytes : startMinBytes,
  )
  if (place === undefined) {
    await createCluster(options.dataDir, ensureBinaries)
    place = await findPlace(options.dataDir)
    if (place === undefined) throw new Error(`the cluster in ${options.dataDir} has disappeared`)
  }
  const binaries = await ensureBinaries(place.user)
  await checkVersion(place, binaries)
  const conf = postgresqlConf({ maxConnections: options.maxConnections })
  const postmaster = await adopt(place, binaries, conf, options.runtimeName)
  if (postmaster !== undefined) return { place, postmaster, adopted: true }

  await writeSettings(place, conf)
  const socketDir = await socketDirectory(place, options.runtimeName)
  try {
    const started = await startPatiently(place, binaries, socketDir)
    return { place, postmaster: started, adopted: false }
  } catch (error) {
    await removeSocketDirectory(place, socketDir)
    // Another process may have started one at the same moment; the guard then decides who stays.
    const other = error instanceof ServerDidNotStart && (await waitForOther(place))
    if (other) return { place, postmaster: other, adopted: true }
    throw error
  }
}

/** The other process's server may not have written its pid file completely yet. */
async function waitForOther(place: Place): Promise<Postmaster | undefined> {
  const appeared = async () => (await findPostmaster(place)) !== undefined
  return (await waitFor(appeared, { timeoutMs: 1_000 })) ? waitUntilReady(place) : undefined
}

const orphansTimeoutMs = 20_000

/**
 * A server that was killed can leave backends behind that still finish a statement; PostgreSQL
 * refuses to start beside them, and they end by themselves soon.
 */
async function startPatiently(
  place: Place,
  binaries: Binaries,
  socketDir: string,
): Promise<Postmaster> {
  const end = performance.now() + orphansTimeoutMs
  for (;;) {
    try {
      return await startPostmaster(place, binaries, socketDir)
    } catch (error) {
      const orphans = error instanceof ServerDidNotStart && error.message.includes('shared memory')
      if (!orphans || performance.now() > end) throw error
      await sleep(200)
    }
  }
}

async function checkVersion(place: Place, binaries: Binaries): Promise<void> {
  const [cluster, major] = [await clusterVersion(place), binaries.version.split('.')[0]]
  if (cluster === major) return
  throw new Error(
    `${place.cluster} was made by PostgreSQL ${cluster ?? '(unknown)'}, this is ${major}: ` +
      'dump it with the old version and restore it, or start with an empty DATA_DIR.',
  )
}

/** The running server if it is in order; otherwise it is stopped. */
async function adopt(
  place: Place,
  binaries: Binaries,
  conf: string,
  runtimeName: string,
): Promise<Postmaster | undefined> {
  const found = await findPostmaster(place)
  if (found === undefined) return undefined
  if ((await hasSettings(place, conf)) && (await runsFrom(place, binaries))) {
    const ready = await waitUntilReady(place)
    if (ready !== undefined && (await answers(place, ready, runtimeName))) return ready
  }
  // Not one to go on with. It may still be somebody's: never pull it from under a living process.
  await refuseIfOwned(place)
  const still = await findPostmaster(place)
  if (still !== undefined) await stopPostmaster(place, still)
  return undefined
}

const recoveryTimeoutMs = 60_000

/** Waits while a server starts or stops; undefined when there is none in the end. */
async function waitUntilReady(place: Place): Promise<Postmaster | undefined> {
  let found: Postmaster | undefined
  await waitFor(
    async () => {
      found = await findPostmaster(place)
      return found === undefined || found.state === 'ready'
    },
    { timeoutMs: recoveryTimeoutMs },
  )
  return found?.state === 'ready' ? found : undefined
}

async function answers(
  place: Place,
  { socketDir }: Postmaster,
  runtimeName: string,
): Promise<boolean> {
  const config = clientConfig({ kind: 'socket', socketDir }, applicationName(runtimeName, 'probe'))
  const client = new pg.Client({ ...config, connectionTimeoutMillis: 5_000, query_timeout: 5_000 })
  client.on('error', () => {}) // the query below reports it
  try {
    await client.connect()
    const { rows } = await client.query('SHOW data_directory')
    return rows[0].data_directory === place.cluster
  } catch {
    return false // it is stopped then, and whatever is wrong shows when another one starts
  } finally {
    await client.end().catch(() => {})
  }
}

const ownerFile = (place: Place) => join(place.dataDir, 'postgres.owner')

/** Writes down that this process is the replica; called when the guard is held. */
export async function writeOwner(place: Place): Promise<void> {
  await writeFile(ownerFile(place), (await processIdentity(process.pid)) ?? '')
}

export async function clearOwner(place: Place): Promise<void> {
  await rm(ownerFile(place), { force: true })
}

async function refuseIfOwned(place: Place): Promise<void> {
  const written = await readFile(ownerFile(place), 'utf8').catch(() => '')
  const pid = Number(written.split(' ')[0])
  if (written === '' || written !== (await processIdentity(pid))) return
  throw new AlreadyRunning(
    `Another process (${pid}) already is this replica: ${place.dataDir} is in use. ` +
      'Stop that process first, or give this one a data directory of its own.',
  )
}
