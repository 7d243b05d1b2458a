/**
 * What can be done to a cluster during a drill, by kind. Each strike draws its victims at random and says
 * whom it met; what lasts is ended by whoever asked for it.
 */
import { join } from 'node:path'
import { type Random, shuffled } from '../../common/random.ts'
import { findPlace } from '../../platform/postgres/places.ts'
import { findPostmaster } from '../../platform/postgres/postmaster.ts'
import { type DrillCluster, namesIn, signal, signalProcess } from './cluster.ts'
import type { Network, Trouble } from './network.ts'

export type Strike = {
  readonly what: string
  /**
   * Undoes it; returns the packets that were lost, where it was about those. Absent: what is done is done,
   * and the supervisor brings back what fell.
   */
  readonly end?: () => number | undefined
}

export type FaultKind = {
  readonly name: string
  strike(cluster: DrillCluster, random: Random): Promise<Strike> | Strike
}

/** A drill on one machine knows the first ones, a drill on several all of them. */
export function kindsFor({ network }: DrillCluster): readonly FaultKind[] {
  if (network === undefined) return onOneMachine
  return [
    ...onOneMachine,
    { name: 'power cut', strike: (cluster, random) => cutPower(cluster, network, random) },
    { name: 'partition', strike: (_, random) => partition(network, random) },
    { name: 'loss', strike: (_, random) => lose(network, random) },
    { name: 'lost answers', strike: (cluster) => loseAnswers(cluster, network) },
  ]
}

const onOneMachine: readonly FaultKind[] = [
  { name: 'kill', strike: kill },
  { name: 'pause', strike: pause },
  { name: 'database', strike: killDatabases },
  { name: 'everything', strike: killEverything },
]

const groups = ['buyers', 'sellers', 'payment', 'customers', 'products'] as const

function kill(cluster: DrillCluster, random: Random): Strike {
  const victims = draw(
    [
      ...groups.map((group) => () => [oneOf(cluster, group, random)]),
      () => namesIn(cluster, 'buyers'),
      () => ['buyers', 'payment', 'products', 'customers'].map((g) => oneOf(cluster, g, random)),
    ],
    random,
  )()
  for (const name of victims) signal(cluster, name, 'SIGKILL')
  return { what: `kill -9 of ${victims.join(', ')}` }
}

function pause(cluster: DrillCluster, random: Random): Strike {
  const victims = draw(
    [
      ...groups.map((group) => () => [oneOf(cluster, group, random)]),
      () => [oneOf(cluster, 'buyers', random), oneOf(cluster, 'products', random)],
      () => [oneOf(cluster, 'customers', random), oneOf(cluster, 'products', random)],
    ],
    random,
  )()
  for (const name of victims) signal(cluster, name, 'SIGSTOP')
  return {
    what: `SIGSTOP of ${victims.join(', ')}`,
    end: () => {
      for (const name of victims) signal(cluster, name, 'SIGCONT')
      return undefined
    },
  }
}

/** The replica's own process lives, and has to do with the loss. */
async function killDatabases(cluster: DrillCluster, random: Random): Promise<Strike> {
  const victims = draw(
    [
      () => [oneOf(cluster, 'customers', random)],
      () => [oneOf(cluster, 'products', random)],
      () => [oneOf(cluster, 'customers', random), oneOf(cluster, 'products', random)],
    ],
    random,
  )()
  await Promise.all(victims.map((name) => killDatabaseOf(cluster, name)))
  return { what: `kill -9 of PostgreSQL of ${victims.join(', ')}` }
}

async function killEverything(cluster: DrillCluster): Promise<Strike> {
  await killHard(
    cluster,
    groups.flatMap((group) => namesIn(cluster, group)),
  )
  return { what: 'kill -9 of everything at once, databases too' }
}

async function cutPower(cluster: DrillCluster, network: Network, random: Random): Promise<Strike> {
  const address = draw(network.addresses, random)
  const there = cluster.processes().filter(({ host }) => host === address)
  const names = there.map(({ name }) => name)
  await killHard(cluster, names)
  return { what: `power cut of machine ${address}: ${names.join(', ')}` }
}

/** Of machines from each other; a client goes on reaching those that are not cut off from all. */
function partition(network: Network, random: Random): Strike {
  const [one = '', other = '', third = ''] = shuffled(network.addresses, random)
  const { what, troubles } = draw<() => { what: string; troubles: Trouble[] }>(
    [
      () => ({
        what: `machine ${one} cut off from the other machines, not from clients`,
        troubles: [cut([one], [other, third]), cut([other, third], [one])],
      }),
      () => ({
        what: `machines ${one} and ${other} cut off from each other, not from ${third}`,
        troubles: [cut([one], [other]), cut([other], [one])],
      }),
      () => ({
        what: `nothing from machine ${one} reaches ${other}; the way back is open`,
        troubles: [cut([one], [other])],
      }),
      () => ({
        what: `nothing reaches machine ${one} from the others; they hear it`,
        troubles: [cut([other, third], [one])],
      }),
      () => ({
        what: 'all machines cut off from each other',
        troubles: network.addresses.map((address) =>
          cut(
            [address],
            network.addresses.filter((peer) => peer !== address),
          ),
        ),
      }),
    ],
    random,
  )()
  return { what, end: network.impose(troubles) }
}

function lose(network: Network, random: Random): Strike {
  const trouble: Trouble =
    random.next() < 0.6
      ? { kind: 'loss', of: 'datagrams', percent: random.integer(5, 40) }
      : { kind: 'loss', of: 'packets', percent: random.integer(1, 10) }
  const what = `${trouble.percent} % of all ${trouble.of} lost`
  return { what, end: network.impose([trouble]) }
}

/** The case that no caller can tell from a charge that never arrived. */
function loseAnswers({ report }: DrillCluster, network: Network): Strike {
  const { hostname: address, port } = new URL(report.payment)
  const end = network.impose([{ kind: 'mute', address, port: Number(port) }])
  return { what: 'the payment service is heard by nobody, and hears all', end }
}

function cut(from: readonly string[], to: readonly string[]): Trouble {
  return { kind: 'cut', from, to }
}

/** PostgreSQL first: else a replica's end would be its orderly end, too. */
async function killHard(cluster: DrillCluster, names: readonly string[]): Promise<void> {
  const replicas = names.filter((name) => /^(customers|products)-/.test(name))
  await Promise.all(replicas.map((name) => killDatabaseOf(cluster, name)))
  for (const name of names) signal(cluster, name, 'SIGKILL')
}

/** Where none runs just now there is nothing to kill. */
async function killDatabaseOf({ report }: DrillCluster, name: string): Promise<void> {
  const place = await findPlace(join(report.dataDir, name))
  const postmaster = place === undefined ? undefined : await findPostmaster(place)
  if (postmaster !== undefined) signalProcess(postmaster.pid, 'SIGKILL')
}

function oneOf(cluster: DrillCluster, group: string, random: Random): string {
  return draw(namesIn(cluster, group), random)
}

function draw<T>(from: readonly T[], random: Random): T {
  return from[random.integer(0, from.length - 1)] as T
}
