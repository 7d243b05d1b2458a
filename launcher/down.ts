/** `./agora down`: stops a running cluster, or what is left of one; `--purge` deletes its data. */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { removePostgresData } from '../platform/postgres/embedded.ts'
import type { ClusterDirectory } from './cluster-directory.ts'
import { isAlive, stopOrphans, supervisorIsAlive } from './orphans.ts'

const patienceMs = 30_000

/** Resolves with the exit code. */
export async function down(directory: ClusterDirectory, purge: boolean): Promise<number> {
  const supervisor = supervisorIsAlive(directory)
  if (supervisor !== undefined) {
    process.stderr.write(`Stopping the cluster of ${directory.path} (process ${supervisor}) ...\n`)
    process.kill(supervisor, 'SIGTERM')
    const giveUpAtMs = performance.now() + patienceMs
    while (isAlive(supervisor)) {
      if (performance.now() > giveUpAtMs) {
        process.stderr.write(`Process ${supervisor} does not stop; kill -9 it and try again.\n`)
        return 1
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const orphans = await stopOrphans(directory)
  if (orphans.length > 0) process.stderr.write(`Stopped: ${orphans.join(', ')}\n`)
  if (supervisor === undefined && orphans.length === 0) {
    process.stderr.write(`Nothing runs from ${directory.path}.\n`)
  }
  if (purge) await removeData(directory)
  return 0
}

/** Deletes only what a cluster makes; a data directory may be a folder with other things in it. */
async function removeData(directory: ClusterDirectory): Promise<void> {
  if (!existsSync(directory.path)) return
  const ours = readdirSync(directory.path).filter((name) =>
    /^((customers|products)-\d+|payment|logs|drills|cluster\.json|members\.json|cluster-secret)$/.test(
      name,
    ),
  )
  for (const name of ours) {
    const path = join(directory.path, name)
    if (/^(customers|products)-/.test(name)) await removePostgresData(path)
    rmSync(path, { recursive: true, force: true })
  }
  if (readdirSync(directory.path).length === 0) rmSync(directory.path, { recursive: true })
  process.stderr.write(`Deleted all data in ${directory.path}.\n`)
}
