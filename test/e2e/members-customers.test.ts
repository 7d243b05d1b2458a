/**
 * One customers group whose members are killed, come back, and lose their disks while clients work:
 * they notice nothing, and ./agora members customers says what goes on.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { existingCluster } from '../../launcher/environment.ts'
import { reachCustomers, withGroup } from '../../launcher/members/group.ts'
import type { SequencerMember, SequencerView } from '../../replication/operator/sequencer-view.ts'
import { until } from '../until.ts'
import { type AgoraRun, startCluster, type TestCluster } from './cluster.ts'
import { differences } from './databases.ts'
import { lamp, newBuyer, newSeller } from './people.ts'
import { startWorkload, type Workload } from './workload.ts'

let cluster: TestCluster
let workload: Workload | undefined

beforeAll(async () => {
  const flags = ['--customers', '3', '--products', '1', '--sellers', '1', '--buyers', '2']
  cluster = await startCluster({ basePort: 28_000, flags })
})
afterAll(async () => {
  await workload?.stop()
  await cluster?.remove()
})

/** What the command shows, without a process for each look. */
async function view(): Promise<SequencerView> {
  const reached = reachCustomers(existingCluster(cluster.directory.path))
  return await withGroup(reached, ({ look }) => look())
}

async function member(id: number): Promise<SequencerMember> {
  const found = (await view()).members[id]
  if (found === undefined) throw new Error(`There is no member ${id}`)
  return found
}

/** All of these, and nobody else, say that they are in the same view. */
async function areTheView(ids: readonly number[]): Promise<boolean> {
  const { views } = await view()
  return views.length === 1 && String(views[0]?.entered) === String(ids)
}

async function succeeds(...words: string[]): Promise<AgoraRun> {
  const run = await cluster.agoraMeanwhile(words)
  expect(run, run.stderr).toMatchObject({ status: 0 })
  return run
}

async function moreWork(): Promise<void> {
  const before = workload?.acknowledged ?? 0
  await until(() => (workload?.acknowledged ?? 0) > before + 40, 20_000, 'the clients go on')
}

it('members die, return, and lose their disks, and no call fails', async () => {
  workload = await startWorkload(cluster.report, { sellers: 1, buyers: 2 })
  await moreWork()

  await succeeds('kill', 'customers-2')
  await until(() => areTheView([0, 1]), 10_000, 'the others go on without it')
  const gone = await member(2)
  expect(gone).toMatchObject({ problem: expect.stringContaining('ECONNREFUSED') })
  const missing = async () => (await member(2)).notHeardBy.map(({ id }) => id)
  await until(async () => String(await missing()) === '0,1', 5_000, 'neither hears it')
  const shown = JSON.parse((await succeeds('members', 'customers', '--json')).stdout)
  expect(shown).toMatchObject({ group: 'customers', writable: true, views: [{ entered: [0, 1] }] })
  await moreWork()
  await succeeds('restart', 'customers-2')
  await until(() => areTheView([0, 1, 2]), 20_000, 'it is in the view again')
  await moreWork()

  // Held down, its disk is deleted; it comes back when it is started, by itself.
  await succeeds('kill', 'customers-2')
  await until(() => areTheView([0, 1]), 10_000, 'the others go on without it')
  expect((await succeeds('wipe', 'customers-2')).stderr).toContain('It stays down')
  expect(cluster.process('customers-2').state).toBe('down')
  await moreWork()
  await succeeds('restart', 'customers-2')
  await until(() => areTheView([0, 1, 2]), 30_000, 'it is in the view again')
  const reasons = (await member(2)).transitions.map(({ to, reason }) => `${to}: ${reason}`)
  expect(reasons).toContain('rebuild: the group exists, and this disk is blank')
  expect(reasons).toContainEqual(expect.stringMatching(/^gather: the disk is whole again, as of/))
  await moreWork()

  // One that runs, and that has formed the present view.
  const wiped = await succeeds('wipe', 'customers-0')
  expect(wiped.stderr).toMatch(/customers-0 is in the view again after [\d.]+ s/)
  await until(() => areTheView([0, 1, 2]), 10_000, 'all are in one view')
  await moreWork()

  await workload.stop()
  expect(workload.failures).toEqual([])
  expect(await workload.audit()).toEqual([])
  expect(await differences(cluster, 'customers')).toEqual([])
})

it('a lost disk counts in no quorum until it is whole again', async () => {
  const seller = await newSeller(cluster.report)
  const buyer = await newBuyer(cluster.report)
  const { item } = await seller.createItem(lamp)
  await succeeds('kill', 'customers-2')
  await until(() => areTheView([0, 1]), 10_000, 'the others go on without it')
  await succeeds('wipe', 'customers-2')
  await buyer.addToCart(item.id, 1)
  await succeeds('kill', 'customers-1')
  await succeeds('restart', 'customers-2')
  await until(async () => (await member(2)).state === 'rebuild', 20_000, 'it knows of its loss')

  // Two of three run. Together they would be a majority, and may have forgotten what was said.
  const refused = async () => /member 2 has lost its disk/.test((await view()).reason)
  await until(refused, 10_000, 'the group says what it lacks')
  const lacking = await view()
  expect(lacking).toMatchObject({ writable: false, views: [] })
  expect(lacking.reason).toMatch(/^Only 1 of 3 members are there, 2 are needed; member 1 has not/)
  expect(lacking.members[2]).toMatchObject({ standing: 'recovering', receivedUpTo: -1 })
  const spare = await cluster.agoraMeanwhile(['wipe', 'customers-0'])
  expect(spare).toMatchObject({ status: 1, stderr: expect.stringContaining('is not wiped') })

  await succeeds('restart', 'customers-1')
  await until(() => areTheView([0, 1, 2]), 30_000, 'all are in one view')
  expect((await buyer.cart()).lines[0]?.quantity).toBe(1)
  expect((await buyer.addToCart(item.id, 1)).lines[0]?.quantity).toBe(2)
  expect(await differences(cluster, 'customers')).toEqual([])
})

it('a new group that is not complete says so everywhere, and forms once it is', async () => {
  await cluster.stop()
  expect(cluster.agora(['down', '--purge']).status).toBe(0)
  cluster.directory.markDown('customers-2')
  const started = cluster.start()
  const reason = /The group is new, and forms once all are there; member 2 has not been heard\./
  const waits = async () => reason.test(await view().then((seen) => seen.reason, String))
  await until(waits, 60_000, 'two members wait for the third')
  const shown = await cluster.agoraMeanwhile(['members', 'customers'])
  expect(shown.status).toBe(1)
  expect(shown.stdout).toContain('the group is new: all 3 members must be there to found it')
  const { stdout } = await cluster.agoraMeanwhile(['status'])
  expect(stdout).toMatch(new RegExp(`customers-0 .* NOT READY .*${reason.source}`))
  const log = () => readFileSync(cluster.directory.logPath('customers-0'), 'utf8')
  await until(() => reason.test(log()), 20_000, 'the log says so')
  const saidByUp = () => new RegExp(`^customers: ${reason.source}`, 'm').test(cluster.said())
  await until(saidByUp, 20_000, 'whoever started it is told')
  await succeeds('restart', 'customers-2')
  await started
  expect(await areTheView([0, 1, 2])).toBe(true)
})
