/**
 * Where a replica's cluster and its socket lie. Usually the cluster is `<dataDir>/postgres` and the
 * socket is inside. When the server must run as another user that cannot enter the data directory,
 * `<dataDir>/postgres` is a link to a place outside; when the socket's path would be too long, it
 * gets a short directory of its own.
 */
import { createHash, randomBytes } from 'node:crypto'
import {
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative, resolve } from 'node:path'
import { exists } from './cache.ts'
import { canTraverse, chooseServerUser } from './server-user.ts'
import type { ServerUser } from './server-user.ts'

export type Place = {
  /** The replica's own directory, absolute. */
  readonly dataDir: string
  /** `<dataDir>/postgres`: the cluster itself or the link to it. */
  readonly entry: string
  /** The cluster's real path; it may not exist yet. */
  readonly cluster: string
  readonly user: ServerUser
}

/** The place of an existing cluster; undefined when there is none. */
export async function findPlace(dataDir: string): Promise<Place | undefined> {
  const entry = join(resolve(dataDir), 'postgres')
  const found = await lstat(entry).catch(() => undefined)
  if (found === undefined) return undefined
  const cluster = await realpath(entry).catch(() => undefined)
  if (cluster === undefined) {
    throw new Error(
      `${entry} points to ${await readlink(entry)}, where this replica's PostgreSQL data should ` +
        'be, but nothing is there. If the data is really lost, delete the link to start empty.',
    )
  }
  const user = await chooseServerUser(await stat(cluster))
  const { uid } = await stat(cluster)
  if (uid !== user.uid) {
    throw new Error(
      `${cluster} belongs to the user with id ${uid}, and this process runs as ${user.uid}. ` +
        'Start it as that user (or as root), or choose another DATA_DIR.',
    )
  }
  return { dataDir: resolve(dataDir), entry, cluster, user }
}

/** Decides where a new cluster goes and makes the directories that lead there. */
export async function newPlace(dataDir: string): Promise<Place> {
  await mkdir(dataDir, { recursive: true, mode: 0o755 })
  const absolute = await realpath(dataDir)
  const user = await chooseServerUser()
  const entry = join(absolute, 'postgres')
  if (!user.switches || (await canTraverse(user, absolute))) {
    return { dataDir: absolute, entry, cluster: entry, user }
  }
  const outside = await outsideDirectory(absolute, user)
  const name = `${keyOf(absolute)}-${randomBytes(4).toString('hex')}`
  return { dataDir: absolute, entry, cluster: join(outside, name), user }
}

/** After the cluster stands: false when another process was faster, whose cluster then counts. */
export async function linkPlace(place: Place): Promise<boolean> {
  if (place.cluster === place.entry) return true
  try {
    await writeFile(ownerNote(place.cluster), place.dataDir)
    await symlink(place.cluster, place.entry)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

/**
 * Clusters outside that were made for this data directory, linked or not: somebody may have deleted
 * the data directory by hand, and with it the link.
 */
export async function outsidePlaces(dataDir: string): Promise<string[]> {
  const key = keyOf(await realpath(dataDir).catch(() => resolve(dataDir)))
  const found: string[] = []
  for (const directory of outsideCandidates()) {
    for (const name of await readdir(directory).catch(() => [])) {
      if (name.startsWith(`${key}-`) && !name.endsWith('.owner')) found.push(join(directory, name))
    }
  }
  return found
}

/** Beside a cluster outside: the data directory that it belongs to. */
const ownerNote = (cluster: string) => `${cluster}.owner`

/** Removes a cluster that lies outside; its server must be stopped. */
export async function removeOutsideFiles(cluster: string): Promise<void> {
  await rm(ownerNote(cluster), { force: true })
  // Moved away first: of several that remove it at the same time one succeeds, the others are done.
  const doomed = `${cluster}.gone-${randomBytes(4).toString('hex')}`
  try {
    await rename(cluster, doomed)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  await rm(doomed, { recursive: true, force: true })
}

/**
 * Clusters among temporary things whose data directory no longer exists: a test deleted its
 * directory without knowing of the place outside.
 */
export async function abandonedPlaces(): Promise<{ dataDir: string; cluster: string }[]> {
  const found: { dataDir: string; cluster: string }[] = []
  for (const name of await readdir(temporaryPlaces()).catch(() => [])) {
    const cluster = join(temporaryPlaces(), name)
    const dataDir = await readFile(ownerNote(cluster), 'utf8').catch(() => undefined)
    if (dataDir !== undefined && !(await exists(dataDir))) found.push({ dataDir, cluster })
  }
  return found
}

const varLib = '/var/lib/agora'
const temporaryPlaces = () => join(tmpdir(), 'agora-postgres')
const outsideCandidates = () => [varLib, temporaryPlaces()]

/** What lies in a temporary directory stays among temporary things. */
async function outsideDirectory(dataDir: string, user: ServerUser): Promise<string> {
  const temporary = await realpath(tmpdir())
  const isTemporary = !relative(temporary, dataDir).startsWith('..')
  const problems: string[] = []
  for (const directory of isTemporary ? [temporaryPlaces()] : outsideCandidates()) {
    try {
      await mkdir(directory, { recursive: true, mode: 0o711 })
      const found = await lstat(directory)
      if (found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0) {
        if (await canTraverse(user, directory)) return directory
      }
      problems.push(`${directory} is not private to root or cannot be entered`)
    } catch (error) {
      problems.push((error as Error).message)
    }
  }
  throw new Error(
    `PostgreSQL does not run as root, and the user it runs as cannot enter ${dataDir}; no other ` +
      `place for its data was found: ${problems.join('; ')}. Choose another DATA_DIR.`,
  )
}

function keyOf(dataDir: string): string {
  return createHash('sha256').update(dataDir).digest('hex').slice(0, 16)
}

/** Linux allows 107 bytes for a socket's path, macOS 103; the file's name is part of it. */
const socketPathMaxBytes = 103
const socketFile = '.s.PGSQL.5432'
const runtimePrefix = 'agora-'

/** The directory for the socket: the cluster, or a short private one made now. */
export async function socketDirectory(place: Place, runtimeName: string): Promise<string> {
  if (fits(place.cluster)) return place.cluster
  const short = runtimeName.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 16)
  const parent = fits(join(tmpdir(), `${runtimePrefix}${short}-123456`)) ? tmpdir() : '/tmp'
  const directory = await mkdtemp(join(parent, `${runtimePrefix}${short}-`))
  if (place.user.switches) await chown(directory, place.user.uid, place.user.gid)
  return directory
}

/** Removes the socket's directory of a server that is gone, if it was one of its own. */
export async function removeSocketDirectory(place: Place, directory: string): Promise<void> {
  if (directory === place.cluster || !basename(directory).startsWith(runtimePrefix)) return
  await rm(directory, { recursive: true, force: true })
}

function fits(directory: string): boolean {
  return Buffer.byteLength(join(directory, socketFile)) <= socketPathMaxBytes
}
