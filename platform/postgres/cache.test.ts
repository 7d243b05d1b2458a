import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { buildOnce } from './cache.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'agora-cache-test-'))
})
afterEach(() => rm(directory, { recursive: true }))

it('builds once, however many ask at the same time', async () => {
  const path = join(directory, 'thing')
  let builds = 0
  const build = async (temporary: string) => {
    builds += 1
    await mkdir(temporary)
    await writeFile(join(temporary, 'file'), `build ${builds}`)
  }
  await Promise.all(Array.from({ length: 10 }, () => buildOnce(path, build)))
  expect(builds).toBe(1)
  expect(await readFile(join(path, 'file'), 'utf8')).toBe('build 1')
  expect(await readdir(directory)).toEqual(['thing'])
})

it('goes on after a process that died while it built', async () => {
  const path = join(directory, 'thing')
  await writeFile(`${path}.lock`, '999999999')
  await buildOnce(path, (temporary) => mkdir(temporary).then(() => {}))
  expect(await readdir(directory)).toEqual(['thing'])
})

it('leaves nothing behind when building fails, and lets the next one try', async () => {
  const path = join(directory, 'thing')
  const failing = buildOnce(path, async (temporary) => {
    await mkdir(temporary)
    throw new Error('disk full')
  })
  await expect(failing).rejects.toThrow('disk full')
  expect(await readdir(directory)).toEqual([])
  await buildOnce(path, (temporary) => mkdir(temporary).then(() => {}))
  expect(await readdir(directory)).toEqual(['thing'])
})
