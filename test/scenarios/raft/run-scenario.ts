/**
 * Runs a scenario: a text of commands, each with the trace that it leaves. Lines that begin with
 * `#` are comments, `>` commands (the table below); everything else is trace and is written anew.
 */
import type { RaftCore } from '../../../replication/raft/core.ts'
import type { RaftOptions } from '../../../replication/raft/options.ts'
import type { Configuration, RaftMessage } from '../../../replication/raft/types.ts'
import { type Envelope, Group, type GroupEvent } from './group.ts'

/** The same text with the traces that the commands leave now. */
export function runScenario(text: string): string {
  const lines: string[] = []
  let run: ScenarioRun | undefined
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line === '') lines.push(line)
    if (!line.startsWith('> ')) continue
    lines.push(line)
    const words = line.slice(2).trim().split(/\s+/)
    if (words[0] === 'members') run = new ScenarioRun(words)
    else if (run === undefined) throw new Error('a scenario begins with members')
    else lines.push(...run.carryOut(words))
  }
  return `${lines.join('\n').trimEnd()}\n`
}

class ScenarioRun {
  readonly #group: Group
  readonly #standings: string[] = []
  #trace: string[] = []

  /** members COUNT [option=value]... */
  constructor(words: readonly string[]) {
    const options = Object.fromEntries(
      words.slice(2).map((word) => {
        const [name, value] = word.split('=')
        return [name, Number(value)]
      }),
    ) as Partial<RaftOptions>
    this.#group = new Group({
      members: Number(words[1]),
      options,
      onEvent: (event) => this.#note(event),
    })
    this.#noteStandings()
    this.#trace = []
  }

  carryOut(words: readonly string[]): readonly string[] {
    this.#trace = []
    try {
      this.#act(words)
    } catch (error) {
      this.#trace.push(`  stops: ${error instanceof Error ? error.message : String(error)}`)
    }
    this.#noteStandings()
    return this.#trace
  }

  #act(words: readonly string[]): void {
    const [verb, ...rest] = words
    const group = this.#group
    const member = Number(rest[0])
    switch (verb) {
      case 'log': // log MEMBER TERM TERM ... [at TERM]: what its disk holds, and its term
        this.#plantLog(member, rest.slice(1))
        return
      case 'tick': // tick MEMBER COUNT
        group.tick(member, Number(rest[1] ?? 1))
        return
      case 'campaign': // until it asks for votes
        group.campaign(member)
        return
      case 'propose': // propose MEMBER TEXT
        group.propose(member, rest.slice(1).join(' '))
        return
      case 'read':
        group.read(member)
        return
      case 'crash':
        group.crash(member)
        return
      case 'start':
        group.start(member)
        return
      case 'hold': // its disk: nothing becomes durable
        group.holdDisk(member)
        return
      case 'release':
        group.releaseDisk(member)
        return
      case 'cut': // cut FROM>TO: one direction
        group.cut(Number(rest[0]?.split('>')[0]), Number(rest[0]?.split('>')[1]), true)
        return
      case 'isolate':
        group.isolate(member)
        return
      case 'heal':
        group.heal()
        return
      case 'deliver': // deliver [KIND] [FROM>TO] [once]: and what follows from it, of that kind
        this.#deliver(rest)
        return
      case 'keep': // keep [KIND] [FROM>TO]: takes it off the network, for `late`
        this.#kept.push(...group.drop(selector(rest)))
        return
      case 'late': // what was kept arrives
        group.network.push(...this.#kept.splice(0))
        return
      case 'drop': // drop [KIND] [FROM>TO]
        for (const envelope of group.drop(selector(rest))) {
          this.#trace.push(`  ${describe(envelope)} is lost`)
        }
        return
      case 'show':
        this.#show()
        return
      default:
        throw new Error(`there is no command ${verb}`)
    }
  }

  readonly #kept: Envelope[] = []

  #plantLog(member: number, words: readonly string[]): void {
    const at = words.indexOf('at')
    const terms = (at < 0 ? words : words.slice(0, at)).map(Number)
    this.#group.plantLog(member, terms, at < 0 ? undefined : Number(words[at + 1]))
  }

  #deliver(words: readonly string[]): void {
    const once = words.includes('once')
    const wanted = selector(words.filter((word) => word !== 'once'))
    for (let left = 1_000; left > 0; left -= 1) {
      const next = this.#group.network.find(wanted)
      if (next === undefined) return
      this.#trace.push(`  ${describe(next)}`)
      this.#group.deliverOne(wanted)
      this.#noteStandings()
      if (once) return
    }
    throw new Error('the group never comes to rest')
  }

  #show(): void {
    for (const { id, core } of this.#group.members) {
      if (core === undefined) this.#trace.push(`  ${id} is down`)
      else this.#trace.push(`  ${id} log ${this.#group.terms(id).join(' ')}`)
    }
  }

  #note(event: GroupEvent): void {
    switch (event.kind) {
      case 'sent':
        return
      case 'lost':
        this.#trace.push('    does not arrive')
        return
      case 'delivered':
        this.#trace.push(`    ${event.member} delivers ${event.index} ${event.text}`.trimEnd())
        return
      case 'answered':
        this.#trace.push(`    ${event.member} answers the caller`)
        return
      case 'passed':
        this.#trace.push(`    ${event.member} serves the read at ${event.index}`)
        return
      case 'rejected':
        this.#trace.push(`    ${event.member} rejects: ${event.rejected.message}`)
    }
  }

  /** What has changed since it was last looked at. */
  #noteStandings(): void {
    for (const { id, core } of this.#group.members) {
      const standing = core === undefined ? 'down' : standingOf(core)
      if (this.#standings[id] !== standing) this.#trace.push(`    ${id} is ${standing}`)
      this.#standings[id] = standing
    }
  }
}

function standingOf({ state }: RaftCore): string {
  const { role, term, leader, commitIndex } = state
  const follows = role.kind === 'follower' && leader !== undefined ? ` of ${leader}` : ''
  return `${role.kind}${follows} in term ${term}, commit ${commitIndex}`
}

function selector(words: readonly string[]): (envelope: Envelope) => boolean {
  const link = words.find((word) => word.includes('>'))
  const kind = words.find((word) => !word.includes('>'))
  const [from, to] = (link ?? '>').split('>')
  return (envelope) =>
    (kind === undefined || envelope.message.kind === kind) &&
    (from === '' || Number(from) === envelope.from) &&
    (to === '' || Number(to) === envelope.to)
}

function describe({ from, to, message }: Envelope): string {
  return `${from}>${to} ${message.kind} ${fields(message)}`.trimEnd()
}

/** Not worth a word. */
const usual: Readonly<Record<string, unknown>> = { forced: false, seated: true }

function seats(configuration: Configuration | undefined): string {
  const words = configuration?.seats.map(({ id, disk, role }) => `${id}/${disk} ${role}`)
  return words === undefined ? 'no group' : words.join(', ')
}

function fields(message: RaftMessage): string {
  switch (message.kind) {
    case 'append': {
      const { term, prevIndex, prevTerm, commitIndex, entries } = message
      const list = entries.map((entry) => `${entry.index}/${entry.term}`).join(' ')
      return `term ${term} after ${prevIndex}/${prevTerm} [${list}] commit ${commitIndex}`
    }
    case 'forward':
      return `${message.proposals.length}`
    case 'readRequest':
      return `token ${message.token}`
    case 'readReply':
      return `token ${message.token} readIndex ${message.readIndex}`
    case 'found':
      return seats(message.configuration)
    default: {
      const { kind: _, disk: __, ...rest } = message
      return Object.entries(rest)
        .filter(([name, value]) => usual[name] !== value)
        .map(([name, value]) => `${name} ${value}`)
        .join(' ')
    }
  }
}
