/**
 * New clusters: initdb runs once per machine and version, its result is kept as a template, and
 * each replica gets a copy, so that ten of them start fast.
 */
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Binaries } from './binaries.ts'
import { buildOnce, cacheDirectory, renameUnlessTaken } from './cache.ts'
import { linkPlace, newPlace, removeOutsideFiles } from './places.ts'
import { giveTo, runAs } from './server-user.ts'
import type { ServerUser } from './server-user.ts'
import { initdbOptions } from './settings.ts'

const run = promisify(execFile)

/** Makes a cluster for this data directory; of several processes that try at once, one succeeds. */
export async function createCluster(
  dataDir: string,
  binariesFor: (user: ServerUser) => Promise<Binaries>,
): Promise<void> {
  const place = await newPlace(dataDir)
  const binaries = await binariesFor(place.user)
  const template = await ensureTemplate(place.user, binaries)
  const temporary = `${place.cluster}.new-${randomBytes(6).toString('hex')}`
  try {
    await copyTree(template, temporary)
    await giveTo(place.user, temporary)
    // What will be promised as durable stands on these files.
    await runAs(place.user, binaries.initdb, ['--sync-only', '-D', temporary])
    const placed = await renameUnlessTaken(temporary, place.cluster)
    if (placed && !(await linkPlace(place))) {
      await removeOutsideFiles(place.cluster)
    }
    const above = [place.cluster, place.entry, place.dataDir].map((path) => dirname(path))
    for (const directory of new Set(above)) await syncDirectory(directory)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** A name in a directory survives a power failure once the directory is synced. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function ensureTemplate(user: ServerUser, binaries: Binaries): Promise<string> {
  const cache = await cacheDirectory(user)
  const what = createHash('sha256').update(initdbOptions.join(' ')).digest('hex').slice(0, 8)
  const template = join(cache, `cluster-${binaries.version}-${what}`)
  await buildOnce(template, async (temporary) => {
    await mkdir(temporary, { mode: 0o700 })
    await giveTo(user, temporary)
    await runAs(user, binaries.initdb, ['-D', temporary, ...initdbOptions])
    if (user.switches) await run('chown', ['-R', '0:0', temporary])
    await chmod(temporary, 0o700)
  })
  return template
}

/** `cp` shares blocks where the file system can, and is quicker at a thousand small files than we. */
async function copyTree(from: string, to: string): Promise<void> {
  await run('cp', ['-R', '-p', from, to])
}
