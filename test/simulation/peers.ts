/** Whom one member can send to: as replication/ports.ts has it for a Transport. */
import type { Member } from '../../common/host-port.ts'
import { type MemberId, memberId } from '../../common/member.ts'

export class Peers {
  readonly #self: MemberId
  #others: readonly MemberId[] = []
  readonly #known = new Set<MemberId>()

  constructor(self: MemberId) {
    this.#self = self
  }

  /** A new process knows the configured ones only. */
  begin(configured: readonly Member[]): void {
    this.#known.clear()
    this.#learn(configured.map(({ id }) => id).filter((id) => id !== this.#self))
  }

  set(peers: readonly Member[]): void {
    this.#learn(peers.map(({ id }) => id))
  }

  /** Whoever says something says where it can be answered. */
  heardFrom(id: MemberId): void {
    this.#known.add(id)
  }

  /** What goes to somebody whose address nobody has told is lost. */
  addressed(to: MemberId | 'others'): readonly MemberId[] {
    if (to === 'others') return this.#others
    return this.#known.has(to) ? [to] : []
  }

  #learn(others: readonly MemberId[]): void {
    this.#others = others
    for (const id of others) this.#known.add(id)
  }
}

/** Where a simulated member would listen, if anybody did. */
export function addressOf(id: number): Member {
  return { id: memberId(id), host: 'simulated', port: 6_000 + id }
}
