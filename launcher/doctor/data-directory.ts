/** Where data are kept: whether they can be, and how fast a write is safe there. */
import { mkdir, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createMinBytes, freeBytes } from '../../platform/postgres/disk-space.ts'
import type { ClusterDirectory } from '../cluster-directory.ts'
import { type Finding, warning, well, wrong } from './finding.ts'

/** Each acknowledged write waits for one of these at a majority of its group. */
const syncSlowMs = 20
const syncs = 15
const blockBytes = 8_192

export async function examineDataDirectory(
  { path }: ClusterDirectory,
  databases: number,
): Promise<Finding[]> {
  const syncMs = await measureSync(path).catch((error: unknown) => error)
  if (typeof syncMs !== 'number') {
    const seen = syncMs instanceof Error ? syncMs.message : String(syncMs)
    return [wrong('data', seen, 'make it writable, or choose another one: --data-dir, DATA_DIR')]
  }
  return [
    spaceFinding(await freeBytes(path), { path, databases }),
    syncFinding(syncMs),
    ...(await secretFinding(join(path, 'cluster-secret'))),
  ]
}

export function spaceFinding(
  free: number,
  { path, databases }: { readonly path: string; readonly databases: number },
): Finding {
  const needed = databases * createMinBytes
  const seen = `${path}, ${Math.floor(free / 2 ** 20).toLocaleString('en')} MiB free`
  if (free >= needed) return well('data', seen)
  const advice = `${databases} databases need ${Math.ceil(needed / 2 ** 20)} MiB to begin with`
  return wrong('data', seen, advice)
}

export function syncFinding(medianMs: number): Finding {
  const seen = `a write is on disk after ${medianMs.toFixed(1)} ms`
  const advice = 'every acknowledged write takes at least so long: use a faster disk'
  return medianMs <= syncSlowMs ? well('disk', seen) : warning('disk', seen, advice)
}

/** The median, in ms, of writing a block so that it survives a loss of power. */
async function measureSync(directory: string): Promise<number> {
  await mkdir(directory, { recursive: true, mode: 0o711 })
  const path = join(directory, `doctor-${process.pid}`)
  const file = await open(path, 'w', 0o600)
  try {
    const block = Buffer.alloc(blockBytes, 1)
    const tookMs: number[] = []
    for (let one = 0; one < syncs; one += 1) {
      const beganMs = performance.now()
      await file.write(block, 0, blockBytes, one * blockBytes)
      await file.datasync()
      tookMs.push(performance.now() - beganMs)
    }
    return tookMs.sort((a, b) => a - b)[Math.floor(syncs / 2)] ?? 0
  } finally {
    await file.close()
    await rm(path, { force: true })
  }
}

/** Nothing when the secret comes from the environment alone. */
async function secretFinding(path: string): Promise<Finding[]> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return []
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0')
  const seen = `${path}, mode ${mode}`
  if ((found.mode & 0o077) === 0) return [well('secret', seen)]
  return [wrong('secret', seen, `others can read it: chmod 600 ${path}`)]
}
