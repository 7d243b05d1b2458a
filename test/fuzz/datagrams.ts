/**
 * Sends attacks to a member without sockets, with genuine messages in between, and measures what they
 * do: whether any has an effect, what each costs, what is answered, and what memory is left behind.
 */
import v8 from 'node:v8'
import vm from 'node:vm'
import { seededRandom } from '../../common/random.ts'
import type { UdpNode } from '../../replication/transport/udp-node.fixture.ts'
import { type AttackKind, attackKinds, type Scene, stage } from './attacks.ts'

/** Attacks are made before they are measured, so many at a time. */
const batch = 100
/** As if 200,000 came in a second. */
const betweenMs = 0.005

export type Cost = {
  datagrams: number
  sizeBytes: number
  /** Processor time of deciding about it. */
  admitUs: number
  /** Processor time of checking the tag of the same bytes, and nothing else. */
  checkUs: number
  /** Wall time, with whatever else the machine did. */
  slowestUs: number
  readonly refused: Map<string, number>
}

export type FuzzReport = {
  readonly datagrams: number
  /** What must not be; empty when all is well. */
  readonly effects: readonly string[]
  readonly genuineSent: number
  readonly genuineTaken: number
  readonly hellosSent: number
  readonly simulatedMs: number
  readonly heapGrowthBytes: number
  readonly costs: ReadonlyMap<AttackKind, Cost>
}

export function fuzzDatagrams(count: number, seed: number): FuzzReport {
  const clock = { nowMs: 0 }
  const scene = stage(seededRandom(seed), clock)
  const costs = new Map<AttackKind, Cost>(attackKinds.map((kind) => [kind, zeroCost()]))
  const effects: string[] = []
  const startedMs = clock.nowMs
  let genuineSent = 0
  let genuineTaken = 0
  let hellosSent = 0
  let sent = 0
  const run = (until: number): void => {
    for (; sent < until && effects.length < 10; sent += batch) {
      const kind = attackKinds[(sent / batch) % attackKinds.length] as AttackKind
      const attacks = Array.from({ length: batch }, () => scene.attack(kind))
      const before = scene.target.inbox.length
      measure(scene.target, attacks, costs.get(kind) ?? zeroCost(), clock)
      const delivered = scene.target.inbox.length - before
      if (delivered > 0) effects.push(`${delivered} messages were delivered of: ${kind}`)
      effects.push(...stateEffects(scene, kind))
      hellosSent += meet(scene)
      genuineSent += 1
      for (const datagram of scene.sender.seal(`genuine ${sent}`)) scene.target.receive(datagram)
      if (scene.target.inbox.at(-1)?.message === `genuine ${sent}`) genuineTaken += 1
      scene.target.inbox.length = 0
    }
  }
  scene.target.inbox.length = 0
  run(Math.max(batch * attackKinds.length, Math.floor(count / 10)))
  const heapBytes = heapInUse()
  run(count)
  return {
    datagrams: sent,
    effects,
    genuineSent,
    genuineTaken,
    hellosSent,
    simulatedMs: clock.nowMs - startedMs,
    heapGrowthBytes: heapInUse() - heapBytes,
    costs,
  }
}

function measure(
  target: UdpNode,
  attacks: readonly Buffer[],
  cost: Cost,
  clock: { nowMs: number },
): void {
  const startedUs = processorUs()
  for (const datagram of attacks) {
    clock.nowMs += betweenMs
    const before = performance.now()
    const admitted = target.receive(datagram)
    cost.slowestUs = Math.max(cost.slowestUs, (performance.now() - before) * 1_000)
    const result = admitted.kind === 'refused' ? admitted.reason : admitted.kind
    cost.refused.set(result, (cost.refused.get(result) ?? 0) + 1)
  }
  const checkedUs = processorUs()
  cost.admitUs += checkedUs - startedUs
  for (const datagram of attacks) {
    // Shorter ones have no tag that could be checked.
    if (datagram.length >= 36) target.framer.isAuthentic(datagram)
    cost.sizeBytes += datagram.length
  }
  cost.checkUs += processorUs() - checkedUs
  cost.datagrams += attacks.length
}

/** What an attack may have left in the target besides messages. */
function stateEffects({ target }: Scene, kind: AttackKind): string[] {
  const effects: string[] = []
  if (target.reassembly.messages > 0) effects.push(`fragments are kept of: ${kind}`)
  if (target.outbox.length > 2) effects.push(`${target.outbox.length} answers to: ${kind}`)
  return effects
}

/** The target's hellos arrive, and are answered, as they would be. */
function meet({ target, sender }: Scene): number {
  const hellos = target.outbox.splice(0)
  for (const { to, datagram } of hellos) if (to === sender.self) sender.receive(datagram)
  for (const { to, datagram } of sender.outbox.splice(0)) {
    if (to === target.self) target.receive(datagram)
  }
  return hellos.length + target.outbox.splice(0).length
}

function zeroCost(): Cost {
  return { datagrams: 0, sizeBytes: 0, admitUs: 0, checkUs: 0, slowestUs: 0, refused: new Map() }
}

function processorUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

function heapInUse(): number {
  v8.setFlagsFromString('--expose-gc')
  const collect: unknown = vm.runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('this Node cannot be told to collect garbage')
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
