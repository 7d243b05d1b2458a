import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ChunkDamaged } from './chunk-files.ts'
import { Incoming } from './incoming.ts'
import { Directories, index, madeUp, type MadeUp } from './transfer.fixture.ts'

const directories = new Directories()
afterAll(() => directories.clean())
const never = new AbortController().signal

async function begun({ manifest, contents }: MadeUp, stored: readonly number[]) {
  const directory = await directories.make()
  const incoming = await Incoming.open(directory)
  await incoming.begin(manifest)
  for (const number of stored) await incoming.store(number, contents[number] ?? Buffer.alloc(0))
  return { directory, incoming }
}

async function reopened(directory: string): Promise<Incoming> {
  const incoming = await Incoming.open(directory)
  await incoming.check(never)
  return incoming
}

describe('what comes in', () => {
  it('is complete when every chunk is there, and can be read', async () => {
    const all = madeUp(3)
    const { incoming } = await begun(all, [2, 0])
    expect(incoming.missing()).toEqual([1])
    expect(incoming.isComplete()).toBe(false)
    await incoming.store(1, all.contents[1] ?? Buffer.alloc(0))
    await incoming.secure()
    expect(incoming.isComplete()).toBe(true)
    expect(incoming.receivedBytes).toBe(303)
    expect(await incoming.read(2)).toEqual(all.contents[2])
  })

  it('takes no chunk that is another one', async () => {
    const all = madeUp(2)
    const { directory, incoming } = await begun(all, [])
    await expect(incoming.store(0, all.contents[1] ?? Buffer.alloc(0))).rejects.toThrow(
      ChunkDamaged,
    )
    const flipped = Buffer.from(all.contents[0] ?? [])
    flipped[7] = (flipped[7] ?? 0) ^ 4
    await expect(incoming.store(0, flipped)).rejects.toThrow('chunk 0 does not match its checksum')
    expect(incoming.missing()).toEqual([0, 1])
    expect(await readdir(join(directory, all.manifest.exportId))).toEqual(['manifest'])
  })

  it('is there for the next process, but for what the disk has not kept', async () => {
    const all = madeUp(5)
    const { directory } = await begun(all, [0, 1, 2, 3])
    const path = (number: number) => join(directory, all.manifest.exportId, `00000${number}.chunk`)
    await truncate(path(1), 10)
    const content = await readFile(path(2))
    content[0] = (content[0] ?? 0) ^ 1
    await writeFile(path(2), content)
    await writeFile(`${path(4)}.part`, 'half of it')
    const next = await reopened(directory)
    expect(next.manifest?.exportId).toBe(all.manifest.exportId)
    expect(next.missing()).toEqual([1, 2, 4])
    expect(next.receivedBytes).toBe(203)
    await next.begin(all.manifest)
    expect(next.missing()).toEqual([1, 2, 4])
  })

  it('gives way to another export, and to a database that is further', async () => {
    const { directory, incoming } = await begun(madeUp(2), [0])
    const other = madeUp(1, { at: 50 })
    await incoming.begin(other.manifest)
    expect(await readdir(directory)).toEqual([other.manifest.exportId])
    expect(incoming.missing()).toEqual([0])
    await incoming.discardUpTo(index(49))
    expect(incoming.manifest).toBeDefined()
    await incoming.discardUpTo(index(50))
    expect(incoming.manifest).toBeUndefined()
    expect(await readdir(directory)).toEqual([])
  })

  it('is thrown away when nobody can tell what it is', async () => {
    const directory = await directories.make()
    await mkdir(join(directory, 'empty'))
    await mkdir(join(directory, 'torn'))
    await writeFile(join(directory, 'torn', 'manifest'), 'torn')
    expect((await reopened(directory)).manifest).toBeUndefined()
    expect(await readdir(directory)).toEqual([])
  })
})
