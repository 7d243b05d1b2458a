/**
 * Runs a scenario: a text of commands, each with the trace that it leaves. Lines that begin with
 * `#` are comments, `>` commands (the switch below); everything else is trace and is written anew.
 *
 * A message is shown when it arrives, indented by two; what it brings about, by four.
 */
import { memberId } from '../../../common/member.ts'
import type { RaftOptions } from '../../../replication/raft/options.ts'
import type { PlantedBug } from '../../../replication/raft/state.ts'
import type { GroupAction } from '../../../replication/replicated-log.ts'
import {
  describeDisk,
  describeEvent,
  describeLog,
  describeMessage,
  describeSeats,
  describeStanding,
} from './describe.ts'
import { addressOf, type Envelope, Group, type GroupEvent } from './group.ts'

/** The same text with the traces that the commands leave now. */
export function runScenario(text: string, plantedBug?: PlantedBug): string {
  const lines: string[] = []
  let run: ScenarioRun | undefined
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line === '') lines.push(line)
    if (!line.startsWith('> ')) continue
    lines.push(line)
    const words = line.slice(2).trim().split(/\s+/)
    if (words[0] === 'members') run = new ScenarioRun(words, plantedBug)
    else if (run === undefined) throw new Error('a scenario begins with members')
    else lines.push(...run.carryOut(words))
  }
  return `${lines.join('\n').trimEnd()}\n`
}

class ScenarioRun {
  readonly #group: Group
  readonly #standings: string[] = []
  readonly #seats: string[] = []
  readonly #kept: Envelope[] = []
  #trace: string[] = []
  /** Messages are not shown. */
  #quiet = false

  /** members COUNT [spares=COUNT] [unformed=1] [option=value]... */
  constructor(words: readonly string[], plantedBug: PlantedBug | undefined) {
    const { spares, unformed, ...options } = Object.fromEntries(
      words.slice(2).map((word) => {
        const [name, value] = word.split('=')
        return [name, Number(value)]
      }),
    ) as Partial<RaftOptions> & { spares?: number; unformed?: number }
    this.#group = new Group({
      members: Number(words[1]),
      spares: spares ?? 0,
      unformed: unformed === 1,
      options,
      ...(plantedBug === undefined ? {} : { plantedBug }),
      onEvent: (event) => this.#note(event),
    })
    this.#noteChanges()
    this.#trace = []
  }

  carryOut(words: readonly string[]): readonly string[] {
    this.#trace = []
    this.#quiet = ['elect', 'settle', 'live'].includes(words[0] ?? '')
    try {
      this.#act(words)
    } catch (error) {
      this.#trace.push(`  stops: ${error instanceof Error ? error.message : String(error)}`)
    }
    this.#noteChanges()
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
      case 'campaign': // campaign MEMBER: time passes there until it asks for votes
        group.campaign(member)
        return
      case 'propose': // propose MEMBER TEXT
        group.propose(member, rest.slice(1).join(' '))
        return
      case 'read': // read MEMBER
        group.read(member)
        return
      case 'administer': // administer MEMBER add|promote|remove|replace|transfer MEMBER [learner]
        group.administer(member, actionFrom(rest.slice(1)))
        return
      case 'stepaside': // stepaside MEMBER: its process is about to end
        group.stepAside(member)
        return
      case 'fetch': // fetch MEMBER from MEMBER: the state has arrived beside the present one
        group.fetch(member, Number(rest[2]))
        return
      default:
        if (!this.#actOnMachine(verb, rest) && !this.#actOnNetwork(verb, rest)) {
          throw new Error(`there is no command ${verb}`)
        }
    }
  }

  /** What happens to a member's process and disk. */
  #actOnMachine(verb: string | undefined, rest: readonly string[]): boolean {
    const group = this.#group
    const member = Number(rest[0])
    switch (verb) {
      case 'crash':
        group.crash(member)
        return true
      case 'start': // from its disk
        group.start(member)
        return true
      case 'wipe': // it loses its disk, and starts with a blank one
        group.wipe(member)
        return true
      case 'hold': // its disk: nothing becomes durable
        group.holdDisk(member)
        return true
      case 'write': // the write under way reaches the held disk; the member is not told
        group.writeReachesDisk(member)
        return true
      case 'release': // release MEMBER [once]: once: of the write under way only
        group.releaseDisk(member, rest.includes('once'))
        return true
      case 'lag': // what it applies from now on is not durable
        group.holdSecuring(member)
        return true
      case 'secure': // all that it has applied is durable
        group.secure(member)
        return true
      case 'show': // show [MEMBER]: logs; of one member also its disk, and whether it takes proposals
        if (rest.length === 0) this.#showLogs()
        else this.#showMember(member)
        return true
      default:
        return false
    }
  }

  #actOnNetwork(verb: string | undefined, rest: readonly string[]): boolean {
    const group = this.#group
    switch (verb) {
      case 'cut': // cut LINK...: A>B one direction, A-B both
        for (const link of rest) {
          const [from, to] = link.split(/[>-]/).map(Number)
          group.cut(from ?? Number.NaN, to ?? Number.NaN, link.includes('>'))
        }
        return true
      case 'isolate':
        group.isolate(Number(rest[0]))
        return true
      case 'heal':
        group.heal()
        return true
      case 'deliver': // deliver [KIND] [FROM>TO] [once]: and what follows from it, of that kind
        this.#deliver(rest)
        return true
      case 'elect': // elect MEMBER: campaign and deliver; messages are not shown
        group.elect(Number(rest[0]))
        return true
      case 'settle': // deliver; messages are not shown
        group.settle()
        return true
      case 'live': // live COUNT: a tick of everybody and settle, so often
        this.#live(Number(rest[0]))
        return true
      case 'keep': // keep [KIND] [FROM>TO]: takes it off the network, for `late`
        this.#kept.push(...group.drop(selector(rest)))
        return true
      case 'late': // what was kept arrives
        group.network.push(...this.#kept.splice(0))
        return true
      case 'drop': // drop [KIND] [FROM>TO]
        this.#list(group.drop(selector(rest)), 'is lost')
        return true
      case 'underway': // what has been sent and has not arrived
        if (group.network.length === 0) this.#trace.push('  nothing is under way')
        this.#list(group.network, 'is under way')
        return true
      default:
        return false
    }
  }

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
      this.#trace.push(`  ${describeMessage(next)}`)
      this.#group.deliverOne(wanted)
      this.#noteChanges()
      if (once) return
    }
    throw new Error('the group never comes to rest')
  }

  #live(ticks: number): void {
    const group = this.#group
    for (let tick = 0; tick < ticks; tick += 1) {
      for (const { id, core } of group.members) if (core !== undefined) group.tick(id)
      group.settle()
      this.#noteChanges()
    }
  }

  /** Equal ones in one line. */
  #list(envelopes: readonly Envelope[], fate: string): void {
    const times = new Map<string, number>()
    for (const envelope of envelopes) {
      const line = `  ${describeMessage(envelope)} ${fate}`
      times.set(line, (times.get(line) ?? 0) + 1)
    }
    for (const [line, count] of times) {
      this.#trace.push(count === 1 ? line : `${line}, ${count} times`)
    }
  }

  #showLogs(): void {
    for (const { id, core } of this.#group.members) {
      this.#trace.push(core === undefined ? `  ${id} is down` : `  ${id} ${describeLog(core)}`)
    }
  }

  #showMember(id: number): void {
    const member = this.#group.member(id)
    const { core } = member
    if (core !== undefined) {
      const reason = core.unavailableReason() ?? 'takes proposals'
      this.#trace.push(`  ${id} ${describeLog(core)}; ${reason}`)
    }
    this.#trace.push(`  ${id} on disk: ${describeDisk(member)}`)
  }

  #note(event: GroupEvent): void {
    if (this.#quiet && event.kind === 'lost') return
    const line = describeEvent(event)
    if (line !== undefined) this.#trace.push(`    ${line}`)
  }

  /** What has changed since it was last looked at. */
  #noteChanges(): void {
    for (const { id, core } of this.#group.members) {
      const standing = core === undefined ? 'down' : describeStanding(core)
      if (this.#standings[id] !== standing) this.#trace.push(`    ${id} is ${standing}`)
      this.#standings[id] = standing
      if (core === undefined) continue
      const seats = describeSeats(core)
      if (this.#seats[id] !== seats) this.#trace.push(`    ${id} knows the group as ${seats}`)
      this.#seats[id] = seats
    }
  }
}

function actionFrom(words: readonly string[]): GroupAction {
  const [kind, named] = words
  const id = memberId(Number(named))
  switch (kind) {
    case 'add':
      return { kind, member: addressOf(id), learner: words.includes('learner') }
    case 'promote':
    case 'remove':
      return { kind, id }
    case 'replace':
      return { kind, id, address: undefined }
    case 'transfer':
      return { kind, to: named === undefined ? undefined : id }
    default:
      throw new Error(`there is no action ${kind}`)
  }
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
