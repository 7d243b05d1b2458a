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

export class Network {
  /** Of the machines, in order. */
  readonly addresses: readonly string[]
  readonly #bridge: string
  readonly #present = new Set<Trouble>()

  constructor(addresses: readonly string[], bridge: string) {
    this.addresses = addresses
    this.#bridge = bridge
  }

  /** From now on, beside what is there; call the result to end it. */
  impose(troubles: readonly Trouble[]): () => void {
    for (const trouble of troubles) this.#present.add(trouble)
    this.#apply()
    return () => {
      for (const trouble of troubles) this.#present.delete(trouble)
      this.#apply()
    }
  }

  /** All rules in one transaction. */
  #apply(): void {
    const input = rulesOf([...this.#present])
    const words = ['netns', 'exec', this.#bridge, 'nft', '-f', '-']
    const { status, stderr, error } = spawnSync('ip', words, { input, encoding: 'utf8' })
    if (status !== 0) throw new Error(`nft refused the rules: ${error?.message ?? stderr}${input}`)
  }
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
    ...troubles.map((trouble) => `    ${ruleOf(trouble)} drop`),
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
