/** One products group whose members change while clients work: they notice nothing. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { GroupView, MemberView } from '../../replication/operator/view.ts'
import { until } from '../until.ts'
import { startCluster, type TestCluster } from './cluster.ts'
import { differences } from './databases.ts'
import { startWorkload, type Workload } from './workload.ts'

const basePort = 27_000
const addedAddress = `127.0.0.1:${basePort + 1_500}`

let cluster: TestCluster
let workload: Workload | undefined

beforeAll(async () => {
  const flags = ['--customers', '3', '--products', '3', '--sellers', '2', '--buyers', '2']
  cluster = await startCluster({ basePort, flags })
})
afterAll(async () => {
  await workload?.stop()
  await cluster?.remove()
})

async function view(): Promise<GroupView> {
  const { stdout } = await cluster.agoraMeanwhile(['members', 'products', '-o', 'json'])
  return JSON.parse(stdout) as GroupView
}

async function rolesById(): Promise<Record<number, MemberView['role']>> {
  return Object.fromEntries((await view()).members.map(({ id, role }) => [id, role]))
}

async function leader(): Promise<number> {
  const found = (await view()).leader
  if (found === undefined) throw new Error('nobody leads')
  return found
}

/** Succeeds, and says so; the last line tells how it ended. */
async function change(...words: string[]): Promise<string> {
  const run = await cluster.agoraMeanwhile(['members', 'products', ...words, '--timeout', '60'])
  expect(run, run.stderr).toMatchObject({ status: 0 })
  return run.stderr
}

/** Some of the ids 0 to 3 that does not lead. */
async function follower(): Promise<number> {
  const led = await leader()
  return [0, 1, 2].find((id) => id !== led) ?? 0
}

async function moreWork(): Promise<void> {
  const before = workload?.acknowledged ?? 0
  await until(() => (workload?.acknowledged ?? 0) > before + 40, 20_000, 'the clients go on')
}

it('members come, go, lead and lose their disks, and no call fails', async () => {
  workload = await startWorkload(cluster.report, { sellers: 1, buyers: 2 })
  await moreWork()

  expect(await change('add', `3-${addedAddress}`)).toContain('member 3 is a voter')
  expect(cluster.process('products-3').state).toBe('running')
  expect(Object.keys(await rolesById())).toEqual(['0', '1', '2', '3'])
  await moreWork()

  const led = await leader()
  const restart = await cluster.agoraMeanwhile(['restart', `products-${led}`])
  expect(restart, restart.stderr).toMatchObject({ status: 0 })
  expect(readFileSync(cluster.directory.logPath(`products-${led}`), 'utf8')).toMatch(
    /"outcome":"taken over".*about to stop/,
  )
  expect(await leader()).not.toBe(led)
  await moreWork()

  await change('transfer-leadership', '--to', '3')
  expect(await leader()).toBe(3)
  await moreWork()

  const wiped = await follower()
  const wipe = await cluster.agoraMeanwhile(['wipe', `products-${wiped}`])
  expect(wipe, wipe.stderr).toMatchObject({ status: 0 })
  const lost = ({ id, state }: MemberView) => id === wiped && state === 'disk lost'
  await until(async () => (await view()).members.some(lost), 20_000, 'the group sees the loss')
  await moreWork()
  expect(await change('replace', String(wiped))).toContain(`member ${wiped} is a voter`)
  await moreWork()

  // The one that leads, to make it hard.
  const removed = await leader()
  await change('remove', String(removed), '--purge')
  expect(cluster.processes().map(({ name }) => name)).not.toContain(`products-${removed}`)
  expect(existsSync(join(cluster.report.dataDir, `products-${removed}`))).toBe(false)
  await moreWork()

  await workload.stop()
  expect(workload.failures).toEqual([])
  expect(await workload.audit()).toEqual([])
  expect(await differences(cluster, 'products')).toEqual([])
  // Its last question where it belongs is remembered for two seconds.
  const gone = async () => !Object.keys(await rolesById()).includes(String(removed))
  await until(gone, 10_000, 'the removed member is forgotten')
})

it('the next start has the members of the last one', async () => {
  const before = await rolesById()
  await cluster.stop()
  await cluster.start()
  expect(Object.keys(await rolesById())).toEqual(Object.keys(before))
  expect(await differences(cluster, 'products')).toEqual([])
})

it('what cannot be done is refused, with a reason and an exit code', async () => {
  const ids = Object.keys(await rolesById())
  const one = ids[0] ?? ''
  const unknown = await cluster.agoraMeanwhile(['members', 'products', 'remove', '77'])
  expect(unknown).toMatchObject({ status: 4, stderr: expect.stringContaining('no member 77') })
  const again = await cluster.agoraMeanwhile(['members', 'products', 'add', `${one}-[::1]:9`])
  expect(again).toMatchObject({ status: 5, stderr: expect.stringContaining('already') })
  const healthy = await cluster.agoraMeanwhile(['members', 'products', 'replace', one])
  expect(healthy).toMatchObject({ status: 1, stderr: expect.stringContaining('is well') })
  const server = await cluster.agoraMeanwhile(['wipe', 'seller-0'])
  expect(server).toMatchObject({ status: 1, stderr: expect.stringContaining('has no database') })
  const wrong = await cluster.agoraMeanwhile(['members', 'products', 'add', 'five'])
  expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('id-host:port') })
})
