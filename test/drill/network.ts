/**
 * The network between the machines of a drill, and what goes wrong with it: rules of nftables at the
 * bridge that carries it, where a dropped packet is silence for both sides. It must not know who sends.
 */
import { spawnSync } from 'node:child_process'

export type Trouble =
  /** What `from` sends does not reach `to`; the way back is another trouble. */
  | { readonly kind: 'cut'; readonly from: readonly string[]; readonly to: readonly string[] }
  /** What a server at this address and port answers is lost; what it is asked is not. */
  | { readonly kind: 'mute'; readonly address: string; readonly port: number }
  /** By chance, of the datagrams alone or of all packets. */
  | { readonly kind: 'loss'; readonly of: 'datagrams' | 'packets'; readonly percent: number }

/** Ends what was imposed; returns the number of packets that it has dropped. */
export type Lift = () => number

export class Network {
  /** Of the machines, in order. */
  readonly addresses: readonly string[]
  readonly #bridge: string
  /** What is wrong now, in the order of its rules, and the packets that each has dropped so far. */
  #present = new Map<Trouble, number>()

  constructor(addresses: readonly string[], bridge: string) {
    this.addresses = addresses
    this.#bridge = bridge
  }

  /** From now on, beside what is there. */
  impose(troubles: readonly Trouble[]): Lift {
    this.#count()
    for (const trouble of troubles) this.#present.set(trouble, 0)
    this.#apply()
    return () => {
      this.#count()
      const dropped = troubles.reduce((sum, one) => sum + (this.#present.get(one) ?? 0), 0)
      for (const trouble of troubles) this.#present.delete(trouble)
      this.#apply()
      return dropped
    }
  }

  /** All rules in one transaction. Their counters begin anew. */
  #apply(): void {
    this.#nft(['-f', '-'], rulesOf([...this.#present.keys()]))
  }

  #count(): void {
    if (this.#present.size === 0) return
    const counted = packetsIn(this.#nft(['-j', 'list', 'chain', 'bridge', 'drill', 'forward']))
    const entries = [...this.#present].map(
      ([trouble, before], n) => [trouble, before + (counted[n] ?? 0)] as const,
    )
    this.#present = new Map(entries)
  }

  #nft(words: readonly string[], input = ''): string {
    const inside = ['netns', 'exec', this.#bridge, 'nft', ...words]
    const { status, stdout, stderr, error } = spawnSync('ip', inside, { input, encoding: 'utf8' })
    if (status === 0) return stdout
    throw new Error(`nft ${words.join(' ')}: ${error?.message ?? stderr}${input}`)
  }
}

/** Of each rule of a chain, as `nft -j list chain` tells them. */
export function packetsIn(listed: string): number[] {
  type Rule = { readonly expr: readonly { readonly counter?: { readonly packets: number } }[] }
  const { nftables } = JSON.parse(listed) as { nftables: readonly { readonly rule?: Rule }[] }
  return nftables.flatMap(({ rule }) => {
    const counter = rule?.expr.find((part) => part.counter !== undefined)?.counter
    return counter === undefined ? [] : [counter.packets]
  })
}

/** As nft reads them, in place of those before. */
export function rulesOf(troubles: readonly Trouble[]): string {
  return [
    // A table can only be deleted where there is one.
    'add table bridge drill',
    'delete table bridge drill',
    'table bridge drill {',
    '  chain forward {',
    '    type filter hook forward priority 0; policy accept;',
    ...troubles.map((trouble) => `    ${ruleOf(trouble)} counter drop`),
    '  }',
    '}',
    '',
  ].join('\n')
}

function ruleOf(trouble: Trouble): string {
  switch (trouble.kind) {
    case 'cut':
      return `ip saddr ${setOf(trouble.from)} ip daddr ${setOf(trouble.to)}`
    case 'mute':
      return `ip saddr ${trouble.address} tcp sport ${trouble.port}`
    case 'loss': {
      const some = `numgen random mod 100 < ${trouble.percent}`
      return trouble.of === 'datagrams' ? `ip protocol udp ${some}` : `ether type ip ${some}`
    }
  }
}

function setOf(addresses: readonly string[]): string {
  return `{ ${addresses.join(', ')} }`
}
