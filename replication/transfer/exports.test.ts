import { readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { assert } from '../../common/assert.ts'
import { writeChunk } from './chunk-files.ts'
import { type ExportLimits, Exports } from './exports.ts'
import { decodeManifest } from './manifest.ts'
import { Directories, index, madeUp } from './transfer.fixture.ts'

const directories = new Directories()
afterAll(() => directories.clean())
let rigs: Rig[] = []
afterEach(async () => {
  await Promise.all(rigs.map(({ exports }) => exports.close()))
  rigs = []
})

/** Makes exports of two chunks, each when the test lets it. */
class Rig {
  readonly directory: string
  nowMs = 0
  applied = 41
  made = 0
  /** What making the next one ends with. */
  gate: () => Promise<void> = async () => {}

  #exports: Exports | undefined

  private constructor(directory: string) {
    this.directory = directory
  }

  get exports(): Exports {
    assert(this.#exports !== undefined, 'a rig is opened')
    return this.#exports
  }

  static async open(limits: Partial<ExportLimits> = {}): Promise<Rig> {
    const rig = new Rig(await directories.make())
    await writeFile(join(rig.directory, 'left by an earlier process'), '')
    rig.#exports = await Exports.open({
      directory: rig.directory,
      logger: pino({ level: 'silent' }),
      limits,
      nowMs: () => rig.nowMs,
      position: async () => ({ index: index(rig.applied), context: undefined }),
      make: async ({ exportId, directory, signal, onWritten }) => {
        rig.made += 1
        const { manifest, contents } = madeUp(2, { at: rig.applied })
        await Promise.race([
          rig.gate(),
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason))
          }),
        ])
        for (const [number, content] of contents.entries()) {
          await writeChunk(directory, number, content, { durably: false })
          onWritten(content.length)
        }
        return { ...manifest, exportId }
      },
    })
    rigs.push(rig)
    return rig
  }

  /** Asks as a receiver does until there is one. */
  async ready(atLeast: number, resume = ''): Promise<string> {
    for (;;) {
      const offer = await this.exports.offer({ atLeast: index(atLeast), resume })
      if (offer.kind === 'ready') return decodeManifest(offer.manifest).exportId
      await new Promise(setImmediate)
    }
  }
}

describe('exports', () => {
  it('are one at a time, and shared', async () => {
    const rig = await Rig.open()
    expect(await readdir(rig.directory)).toEqual([])
    const [one, other, third] = await Promise.all([rig.ready(41), rig.ready(12), rig.ready(30)])
    expect(new Set([one, other, third]).size).toBe(1)
    expect(rig.made).toBe(1)
    expect(await rig.exports.chunk(one, 1)).toHaveLength(101)
  })

  it('are made anew for who wants more, or when they are old, unless begun with', async () => {
    const rig = await Rig.open({ freshMs: 1_000 })
    const first = await rig.ready(41)
    rig.applied = 50
    expect(await rig.ready(41)).toBe(first)
    const second = await rig.ready(45)
    expect(second).not.toBe(first)
    expect(await rig.ready(41, first)).toBe(first)
    expect(await rig.ready(45, first)).toBe(second)
    rig.nowMs = 60_000
    expect(await rig.ready(41, first)).toBe(first)
    expect([first, second]).not.toContain(await rig.ready(41))
  })

  it('are few: the one that nobody has used for longest goes', async () => {
    const rig = await Rig.open()
    const first = await rig.ready(41)
    rig.applied = 50
    rig.nowMs = 1
    const second = await rig.ready(50)
    rig.nowMs = 2
    await rig.exports.chunk(first, 0)
    rig.applied = 60
    const third = await rig.ready(60)
    expect(await rig.exports.chunk(second, 0)).toBeUndefined()
    expect(await rig.exports.chunk(first, 0)).toBeDefined()
    await vi.waitFor(async () => expect(await readdir(rig.directory)).toHaveLength(2))
    expect((await readdir(rig.directory)).sort()).toEqual([first, third].sort())
  })

  it('do not push out each other while all are being fetched', async () => {
    const rig = await Rig.open({ freshMs: 1_000, busyMs: 10_000, kept: 1 })
    const first = await rig.ready(41)
    rig.nowMs = 5_000
    await rig.exports.chunk(first, 0)
    expect(await rig.ready(41)).toBe(first)
    rig.nowMs = 20_000
    expect(await rig.ready(41)).not.toBe(first)
  })

  it('are forgotten when nobody fetches any more', async () => {
    const rig = await Rig.open({ idleMaxMs: 1_000 })
    const id = await rig.ready(41)
    rig.nowMs = 900
    await rig.exports.chunk(id, 0)
    rig.nowMs = 1_800
    rig.exports.expire()
    expect(await rig.exports.chunk(id, 0)).toBeDefined()
    rig.nowMs = 2_900
    rig.exports.expire()
    expect(await rig.exports.chunk(id, 0)).toBeUndefined()
    await vi.waitFor(async () => expect(await readdir(rig.directory)).toEqual([]))
  })

  it('are not made below what is wanted, and a failure is told to whoever asks', async () => {
    const rig = await Rig.open()
    await expect(rig.ready(42)).rejects.toThrow('has applied 41, the state of 42 is wanted')
    expect(rig.made).toBe(0)
    rig.gate = () => Promise.reject(new Error('the disk is full'))
    await expect(rig.ready(41)).rejects.toThrow('could not export its state: the disk is full')
    await expect(rig.ready(41)).rejects.toThrow('the disk is full')
    expect(rig.made).toBe(1)
    rig.gate = async () => {}
    rig.nowMs = 10_000
    await rig.ready(41)
    expect(await readdir(rig.directory)).toHaveLength(1)
  })

  it('that are damaged are forgotten rather than served', async () => {
    const rig = await Rig.open()
    const id = await rig.ready(41)
    await truncate(join(rig.directory, id, '000000.chunk'), 5)
    expect(await rig.exports.chunk(id, 0)).toBeUndefined()
    expect(await rig.exports.chunk(id, 1)).toBeUndefined()
    expect(await rig.ready(41)).not.toBe(id)
    await expect(rig.exports.chunk(await rig.ready(41), 2)).rejects.toThrow('has no chunk 2')
  })

  it('stop while the state is replaced', async () => {
    const rig = await Rig.open()
    rig.gate = () => new Promise(() => {})
    const wanted = { atLeast: index(41), resume: '' }
    expect(await rig.exports.offer(wanted)).toEqual({ kind: 'preparing', sizeBytes: 0 })
    await rig.exports.suspend('not now')
    await expect(rig.exports.offer(wanted)).rejects.toThrow('not now')
    expect(rig.exports.progress()).toEqual([])
    rig.exports.resume()
    rig.gate = async () => {}
    expect(await rig.ready(41)).toBeDefined()
  })
})
