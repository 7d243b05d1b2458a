/**
 * A network namespace for each member, on a bridge in one more: several daemons that want the same
 * ports, each with an address and a loopback of its own. Linux, and root.
 */
import { spawnSync } from 'node:child_process'

export type Namespaces = {
  /** Of each member, in order. */
  readonly addresses: readonly string[]
  /** The one with the bridge: what it does not let through, nobody hears. */
  readonly bridge: string
  /** What runs a shell's words inside: its file systems are its own, too. */
  inside(member: number, shell: string): { readonly command: string; readonly arguments: string[] }
  remove(): void
}

/** The benchmarking network (RFC 2544): nobody's outside. */
const network = '198.18.77'

/** `prefix` names them; what a killed run has left under that name is removed first. */
export function createNamespaces(prefix: string, members: number): Namespaces {
  const namespaces = namespacesOf(prefix, members)
  const { bridge, remove } = namespaces
  remove()
  try {
    run('netns', 'add', bridge)
    run('-n', bridge, 'link', 'add', 'bridge0', 'type', 'bridge')
    run('-n', bridge, 'link', 'set', 'bridge0', 'up')
    for (let member = 0; member < members; member += 1) {
      connect(nameOf(prefix, member), bridge, member)
    }
  } catch (error) {
    remove()
    throw error
  }
  return namespaces
}

/** Those that were made under this name, here or by another process. */
export function namespacesOf(prefix: string, members: number): Namespaces {
  const bridge = `${prefix}-bridge`
  const indices = Array.from({ length: members }, (_, member) => member)
  const all = [...indices.map((member) => nameOf(prefix, member)), bridge]
  return {
    addresses: indices.map(addressOf),
    bridge,
    inside: (member, shell) => ({
      command: 'ip',
      arguments: ['netns', 'exec', nameOf(prefix, member), 'sh', '-c', shell],
    }),
    remove: () => {
      const existing = run('netns', 'list').split('\n')
      for (const name of all) {
        if (existing.some((line) => line.split(' ')[0] === name)) run('netns', 'del', name)
      }
    },
  }
}

function nameOf(prefix: string, member: number): string {
  return `${prefix}-${member}`
}

function connect(name: string, bridge: string, member: number): void {
  const port = `port${member}`
  run('netns', 'add', name)
  run('-n', name, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', port, 'netns', bridge)
  run('-n', bridge, 'link', 'set', port, 'master', 'bridge0', 'up')
  run('-n', name, 'addr', 'add', `${addressOf(member)}/24`, 'dev', 'eth0')
  run('-n', name, 'link', 'set', 'eth0', 'up')
  run('-n', name, 'link', 'set', 'lo', 'up')
}

function addressOf(member: number): string {
  return `${network}.${10 + member}`
}

function run(...words: string[]): string {
  const { status, stdout, stderr, error } = spawnSync('ip', words, { encoding: 'utf8' })
  if (status === 0) return stdout
  const because = error?.message ?? stderr.trim()
  throw new Error(
    `a network namespace cannot be made (ip ${words.join(' ')}: ${because}). ` +
      'It takes Linux, the program ip (iproute2), and root.',
  )
}
