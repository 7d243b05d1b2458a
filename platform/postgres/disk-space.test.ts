import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseError } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DiskFull, explainFailure, requireSpace, watchDisk } from './disk-space.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'agora-space-'))
})
afterAll(() => rm(directory, { recursive: true }))

const elsewhere = { directory: undefined, log: undefined }

function sqlError(code: string, message: string): DatabaseError {
  return Object.assign(new DatabaseError(message, message.length, 'error'), { code })
}

async function messageOf(error: unknown): Promise<string> {
  const explained = await explainFailure(error, { directory, log: undefined })
  expect(explained).toBeInstanceOf(DiskFull)
  expect((explained as DiskFull).cause).toBe(error)
  return (explained as DiskFull).message
}

describe('a full disk', () => {
  it('is found in what PostgreSQL answered, however deep it lies', async () => {
    const cause = sqlError('53100', 'could not extend file "base/5/1": No space left on device')
    const message = await messageOf(new Error('The log can no longer be written', { cause }))
    expect(message).toMatch(/^The disk is full: \d+ [kM]B free in /)
    expect(message).toContain(directory)
    expect(message).toContain('(could not extend file "base/5/1": No space left on device)')
  })

  it('is found in what initdb, cp, recovery or the system said', async () => {
    const recovery =
      'PostgreSQL in /x did not start (exit 1): 2026-01-01 00:00:00 UTC [7]  LOG:  starting\n' +
      '2026-01-01 00:00:01 UTC [9]  FATAL:  could not write to file "x": No space left on device\n' +
      '2026-01-01 00:00:01 UTC [7]  LOG:  database system is shut down'
    expect(await messageOf(new Error(recovery))).toContain(
      '(could not write to file "x": No space left on device)',
    )
    const copy = new Error(
      "Command failed: cp -R a b\ncp: error writing 'b/1': No space left on device",
    )
    expect(await messageOf(copy)).toContain("cp: error writing 'b/1'")
    const system = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
    })
    expect(await messageOf(system)).toContain('ENOSPC')
  })

  it('is found in the server’s log when it ended without an answer, but not in old lines', async () => {
    const path = join(directory, 'postgres.log')
    await writeFile(path, 'PANIC:  could not write to file "old": No space left on device\n')
    const watch = await watchDisk(directory, path)
    const lost = new Error('Connection terminated unexpectedly')
    expect(await explainFailure(lost, watch)).toBe(lost)
    await appendFile(
      path,
      '2026 [3] x PANIC:  could not write to file "new": No space left on device\n',
    )
    await appendFile(path, '2026 [1] LOG:  terminating any other active server processes\n')
    const explained = await explainFailure(lost, watch)
    expect(String(explained)).toContain('(could not write to file "new": No space left on device)')
    const shutdown = sqlError('57P02', 'terminating connection because of crash of another process')
    expect(await explainFailure(shutdown, watch)).toBeInstanceOf(DiskFull)
    // What has nothing to do with the server is not explained by its log.
    const bug = new Error('the position never moves backwards')
    expect(await explainFailure(bug, watch)).toBe(bug)
    const constraint = sqlError('23505', 'duplicate key')
    expect(await explainFailure(constraint, watch)).toBe(constraint)
  })

  it('is said of another machine’s database, too', async () => {
    const full = sqlError('53100', 'could not extend file: No space left on device')
    expect(String(await explainFailure(full, elsewhere))).toContain(
      'of the database server is full',
    )
    const lost = new Error('Connection terminated unexpectedly')
    expect(await explainFailure(lost, elsewhere)).toBe(lost)
  })

  it('is refused before anything begins in it', async () => {
    await requireSpace(join(directory, 'not', 'there', 'yet'), 1)
    const all = requireSpace(directory, Number.MAX_SAFE_INTEGER)
    await expect(all).rejects.toThrow(/PostgreSQL needs at least \d+ MB to start/)
  })
})
