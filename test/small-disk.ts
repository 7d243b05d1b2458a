/**
 * Test support: a disk that can be filled. A tmpfs of fixed size, mounted by root in a directory of
 * its own; where we are not root, the test file runs itself again inside a namespace in which it
 * may mount.
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

export type SmallDisk = {
  readonly path: string
  /** Takes all room but so much. */
  fill(leaveKb: number): void
  /** Gives the room back. */
  free(): void
  /** Deletes all that is on it. */
  clear(): void
  unmount(): void
}

const sizeMb = 192
const rootMode = 0o711
/** Set inside the namespace: where the disk is mounted. */
const mountedAt = 'AGORA_TEST_SMALL_DISK'

/** Undefined where this process cannot mount one: see runInNamespace. */
export function mountSmallDisk(): SmallDisk | undefined {
  const given = process.env[mountedAt]
  if (given !== undefined) return smallDisk(given, () => undefined)
  if (process.getuid?.() !== 0) return undefined
  const root = newRoot()
  const path = join(root, 'disk')
  mkdirSync(path)
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=755`, 'tmpfs', path])
  if (mount.status !== 0) {
    rmSync(root, { recursive: true })
    return undefined
  }
  return smallDisk(path, () => {
    // Lazily: whatever may still hold a file must not keep the mount for ever.
    spawnSync('umount', ['-l', path])
    rmSync(root, { recursive: true })
  })
}

/** PostgreSQL runs as another user, who must be able to enter. */
function newRoot(): string {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'agora-disk-'))
  chmodSync(root, rootMode)
  return root
}

function smallDisk(path: string, unmount: () => void): SmallDisk {
  const ballast = join(path, 'ballast')
  return {
    path,
    fill: (leaveKb) => {
      rmSync(ballast, { force: true })
      const { bavail, bsize } = statfsSync(path)
      const sizeBytes = Math.floor((bavail * bsize - leaveKb * 1024) / bsize) * bsize
      writeFileSync(ballast, Buffer.alloc(Math.max(0, sizeBytes)))
    },
    free: () => rmSync(ballast, { force: true }),
    clear: () => {
      for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true })
    },
    unmount,
  }
}

type NamespaceRun =
  | { readonly kind: 'ran'; readonly exitCode: number; readonly output: string }
  | { readonly kind: 'impossible'; readonly reason: string }

/** Where this process could not mount a disk: the whole file again, in a namespace in which it can. */
export function testInNamespace(disk: SmallDisk | undefined, project: string, file: string): void {
  it.runIf(disk === undefined && process.platform === 'linux')(
    'the same, in a namespace where a test may mount a disk',
    async (context) => {
      const run = await runInNamespace(project, file)
      if (run.kind === 'impossible') {
        const what = 'NOT TESTED: a full disk. No small disk can be mounted here'
        console.warn(`${what} (${run.reason}). Run the tests as root, or allow user namespaces.`)
        return context.skip(`${what}: ${run.reason}`)
      }
      expect(run.exitCode, run.output).toBe(0)
    },
    240_000,
  )
}

/**
 * Runs `file` of a Vitest project where the disk is mounted, as the same user: root of a namespace
 * mounts it, and in one more namespace inside we are ourselves again.
 */
async function runInNamespace(project: string, file: string): Promise<NamespaceRun> {
  const root = newRoot()
  const path = join(root, 'disk')
  mkdirSync(path)
  const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1]
  const mount = `mount -t tmpfs -o size=${sizeMb}m,mode=755 tmpfs ${path}`
  const again = `exec unshare -U --map-user=${uid} --map-group=${gid} "$@"`
  const inside = (command: readonly string[]): string[] => {
    return ['-rm', 'sh', '-c', `${mount} && ${again}`, 'sh', ...command]
  }
  try {
    const trial = spawnSync('unshare', inside(['true']), { encoding: 'utf8' })
    if (trial.status !== 0) {
      return { kind: 'impossible', reason: trial.error?.message ?? trial.stderr.trim() }
    }
    const vitest = [process.execPath, 'node_modules/vitest/vitest.mjs', 'run', '--project', project]
    const child = spawn('unshare', inside([...vitest, file]), {
      env: { ...process.env, [mountedAt]: path },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    const exitCode = await new Promise<number>((resolve) => {
      child.once('close', (code) => resolve(code ?? -1))
    })
    return { kind: 'ran', exitCode, output }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
