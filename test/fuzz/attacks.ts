/**
 * What somebody without the secret can send to a member: bytes of their own, what they have recorded,
 * and what they make of that. Seeded: the same seed makes the same attacks.
 */
import type { Random } from '../../common/random.ts'
import { everybody } from '../../replication/transport/udp-frame.ts'
import {
  exchange,
  fixtureCluster,
  type SentDatagram,
  UdpNode,
} from '../../replication/transport/udp-node.fixture.ts'
import { windowSize } from '../../replication/transport/udp-replay-window.ts'

const headerBytes = 20
const datagramMaxBytes = 65_507

export const attackKinds = [
  'random',
  'random behind a right head',
  'truncated',
  'extended',
  'oversized',
  'changed',
  'spliced',
  'of another secret',
  'of another cluster',
  'for another member',
  'replayed',
  'replayed, older than the window',
  'replayed from before a restart',
  'replayed hello',
] as const

export type AttackKind = (typeof attackKinds)[number]

export type Scene = {
  /** Under attack. */
  readonly target: UdpNode
  /** Speaks to it meanwhile. */
  readonly sender: UdpNode
  attack(kind: AttackKind): Buffer
}

type Recording = {
  readonly recent: Buffer[]
  readonly old: Buffer[]
  readonly beforeRestart: Buffer[]
  readonly hellos: Buffer[]
  readonly elsewhere: Buffer[]
  readonly otherSecret: Buffer[]
  readonly otherCluster: Buffer[]
}

/** Members 0 (the target), 1 and 2, after restarts of 0 and 1, all of it recorded. */
export function stage(random: Random, clock: { nowMs: number }): Scene {
  const start = (self: number): UdpNode =>
    new UdpNode({ self, peers: [0, 1, 2].filter((id) => id !== self), nowMs: () => clock.nowMs })
  const third = start(2)
  const hellos: SentDatagram[] = []
  const meet = (...nodes: UdpNode[]): void => {
    clock.nowMs += 1_000
    for (const node of nodes) node.greetAll()
    exchange([...nodes, third], hellos)
  }
  const speak = (from: UdpNode, to: UdpNode, count: number): Buffer[] =>
    Array.from({ length: count }, () => from.seal(text(random))).flatMap((datagrams) => {
      for (const datagram of datagrams) to.receive(datagram)
      return datagrams
    })

  const formerTarget = start(0)
  const formerSender = start(1)
  meet(formerTarget, formerSender)
  const beforeRestart = speak(formerSender, formerTarget, 300)
  const sender = start(1)
  meet(formerTarget, sender)
  beforeRestart.push(...speak(sender, formerTarget, 300))
  const target = start(0)
  meet(target, sender)
  const old = speak(sender, target, 300)
  while (sender.framer.sealed < windowSize + 2_000) speak(sender, target, 100)
  const strange = (options: { key?: Uint8Array; cluster?: number }): Buffer[] => {
    const node = new UdpNode({ self: 1, peers: [0], nowMs: () => clock.nowMs, ...options })
    return Array.from({ length: 50 }, () => node.seal(text(random))).flat()
  }
  const recording: Recording = {
    recent: speak(sender, target, 300),
    old,
    beforeRestart,
    hellos: hellos.filter(({ to }) => to === 0).map(({ datagram }) => datagram),
    elsewhere: [
      ...Array.from({ length: 50 }, () => sender.seal(text(random), 2)).flat(),
      ...Array.from({ length: 50 }, () => target.seal(text(random))).flat(),
    ],
    otherSecret: strange({ key: Buffer.alloc(32, 8) }),
    otherCluster: strange({ cluster: fixtureCluster + 1 }),
  }
  return { target, sender, attack: (kind) => attack(kind, recording, random) }
}

/** Of all sizes that matter: in one datagram, and in fragments. */
function text(random: Random): string {
  return 'x'.repeat(random.integer(0, random.next() < 0.1 ? 8_000 : 1_300))
}

function attack(kind: AttackKind, recording: Recording, random: Random): Buffer {
  const pick = (from: readonly Buffer[]): Buffer =>
    from[random.integer(0, from.length - 1)] as Buffer
  const genuine = (): Buffer =>
    pick(random.next() < 0.5 ? recording.recent : recording.beforeRestart)
  switch (kind) {
    case 'random':
      return randomBytes(random.integer(0, 1_500), random)
    case 'random behind a right head': {
      const datagram = randomBytes(random.integer(headerBytes, 1_500), random)
      genuine().copy(datagram, 0, 0, random.next() < 0.5 ? 8 : 14)
      if (random.next() < 0.5) datagram[6] = everybody
      return datagram
    }
    case 'truncated': {
      const datagram = genuine()
      return datagram.subarray(0, random.integer(0, datagram.length - 1))
    }
    case 'extended':
      return Buffer.concat([genuine(), randomBytes(random.integer(1, 200), random)])
    case 'oversized': {
      const datagram = Buffer.alloc(random.integer(10_000, datagramMaxBytes), 0x5a)
      genuine().copy(datagram)
      renumber(datagram, random)
      return datagram
    }
    case 'changed': {
      const datagram = Buffer.from(genuine())
      const at = random.integer(0, datagram.length - 1)
      datagram[at] = (datagram[at] ?? 0) ^ (1 << random.integer(0, 7))
      return datagram
    }
    case 'spliced': {
      const [a, b] = [genuine(), genuine()]
      const at = random.integer(headerBytes, Math.min(a.length, b.length) - 1)
      const datagram = Buffer.concat([a.subarray(0, at), b.subarray(at)])
      renumber(datagram, random)
      return datagram
    }
    case 'of another secret':
      return pick(recording.otherSecret)
    case 'of another cluster':
      return pick(recording.otherCluster)
    case 'for another member':
      return pick(recording.elsewhere)
    case 'replayed':
      return pick(recording.recent)
    case 'replayed, older than the window':
      return pick(recording.old)
    case 'replayed from before a restart':
      return pick(recording.beforeRestart)
    case 'replayed hello':
      return pick(recording.hellos)
  }
}

/** A number that has not been here: the window does not save the check of the tag. */
function renumber(datagram: Buffer, random: Random): void {
  datagram.writeUIntBE(100_000_000 + random.integer(0, 1_000_000), 14, 6)
}

function randomBytes(length: number, random: Random): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  for (let at = 0; at < length; at += 1) bytes[at] = random.integer(0, 255)
  return bytes
}
