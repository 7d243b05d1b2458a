import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ClusterDirectory } from '../launcher/cluster-directory.ts'
import { processorTimeIsKnown } from './group/processor-time.ts'
import { readProcessorUse, totalMs, usedBetween } from './processor-use.ts'

let directory: ClusterDirectory

beforeEach(() => {
  directory = new ClusterDirectory(mkdtempSync(join(tmpdir(), 'agora-use-')))
})
afterEach(() => rmSync(directory.path, { recursive: true, force: true }))

test('what is used in between is told by kind', () => {
  const before = new Map([
    ['sellers', 100],
    ['clients', 40],
  ])
  const after = new Map([
    ['sellers', 150],
    ['clients', 41],
    ['buyers', 7],
  ])
  const used = usedBetween(before, after)
  expect([...used]).toEqual([
    ['sellers', 50],
    ['clients', 1],
    ['buyers', 7],
  ])
  expect(totalMs(used)).toBe(58)
})

test('a process that was started anew does not count backwards', () => {
  expect(totalMs(usedBetween(new Map([['buyers', 900]]), new Map([['buyers', 20]])))).toBe(0)
})

test.runIf(processorTimeIsKnown)('processes of one group are counted together', async () => {
  const process1 = { host: 'localhost', port: 1, state: 'running', restarts: 0 } as const
  const { pid } = process
  directory.create()
  directory.writeRecord({
    supervisorPid: pid,
    startedAtUnixMs: 0,
    environment: {},
    processes: [
      { ...process1, name: 'seller-0', group: 'sellers', pid },
      { ...process1, name: 'seller-1', group: 'sellers', pid },
      { ...process1, name: 'seller-2', group: 'sellers', pid: undefined },
    ],
  })
  const used = await readProcessorUse(directory)
  const [sellers = 0, clients = 0] = [used.get('sellers'), used.get('clients')]
  expect([...used.keys()]).toEqual(['sellers', 'clients'])
  expect(clients).toBeGreaterThan(0)
  // Of the same process, twice, a moment earlier.
  expect(sellers).toBeGreaterThan(clients)
})
