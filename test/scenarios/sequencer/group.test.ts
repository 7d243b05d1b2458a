/** What whole groups do that is easier said in code than in a trace. */
import { describe, expect, it } from 'vitest'
import { memberId } from '../../../common/member.ts'
import { seededRandom } from '../../../common/random.ts'
import type { SequencerConfig } from '../../../replication/sequencer/config.ts'
import { step } from '../../../replication/sequencer/view.ts'
import { ScenarioGroup } from './group.ts'

function group(members: number, config: Partial<SequencerConfig> = {}) {
  const lines: string[] = []
  const created = new ScenarioGroup({ members, config, trace: (line) => lines.push(line) })
  for (const { id } of created.members) created.start(id)
  created.settle()
  const told = (pattern: RegExp): string[] => lines.filter((line) => pattern.test(line))
  return { group: created, told }
}

describe('a group of one', () => {
  it('orders, delivers and reads alone, and says nothing to nobody', () => {
    const { group: alone, told } = group(1)
    alone.propose(0, 'apples')
    alone.settle()
    alone.propose(0, 'pears')
    alone.barrier(0)
    alone.settle()
    expect(told(/delivers/)).toEqual([
      '0 delivers 0: "apples" (proposal 1)',
      '0 delivers 1: "pears" (proposal 2)',
    ])
    expect(told(/barrier/)).toEqual(['0 barrier 3 passes at 0'])
    alone.crash(0)
    alone.start(0)
    alone.settle()
    alone.propose(0, 'figs')
    for (let ticks = 0; ticks < 300; ticks += 1) alone.tick()
    expect(told(/delivers 2/)).toEqual(['0 delivers 2: "figs" (proposal 4)'])
    expect(told(/^0 →/)).toEqual([])
  })
})

describe('a group that cannot be used says why', () => {
  const reasonAt = ({ members }: ScenarioGroup, id: number) =>
    members[id]?.core?.unavailableReason()
  const wait = (waiting: ScenarioGroup, ticks = 200) => {
    for (let tick = 0; tick < ticks; tick += 1) waiting.tick()
  }

  it('a new one needs all of its members, and names who is missing', () => {
    const three = new ScenarioGroup({ members: 3 })
    three.start(0)
    three.start(2)
    wait(three)
    const expected = 'The group is new, and forms once all are there; member 1 has not been heard.'
    expect([reasonAt(three, 0), reasonAt(three, 2)]).toEqual([expected, expected])
    three.start(1)
    wait(three)
    expect([0, 1, 2].map((id) => reasonAt(three, id))).toEqual([undefined, undefined, undefined])
  })

  it('a lost disk is there and does not count', () => {
    const { group: three } = group(3)
    three.crash(1)
    three.wipe(2)
    three.start(2)
    wait(three)
    expect(reasonAt(three, 0)).toMatch(
      /^Only 1 of 3 members are there, 2 are needed; member 1 has not been heard for [\d.]+ s; member 2 has lost its disk and does not count/,
    )
    expect(reasonAt(three, 2)).toMatch('The disk of this member was lost')
    // Not as a blank one that is only now heard of, either.
    three.crash(0)
    three.start(0)
    wait(three)
    expect(reasonAt(three, 0)).toMatch(/^Only 1 of 3 .* member 2 has lost its disk/)
    three.start(1)
    wait(three)
    expect([0, 1, 2].map((id) => reasonAt(three, id))).toEqual([undefined, undefined, undefined])
  })
})

describe('flow control', () => {
  it('refuses commands that are too large, definitely and before they are sent', () => {
    const { group: three, told } = group(3, { requestMaxBytes: 100 })
    three.propose(0, new Uint8Array(101))
    three.propose(0, new Uint8Array(100))
    three.settle()
    expect(told(/refuses/)).toEqual([
      '0 refuses proposal 1: BODY_TOO_LARGE, A command of 101 bytes is over 100.',
    ])
    expect(told(/0 delivers/)).toHaveLength(1)
  })

  it('bounds what is under way, in number and in bytes, and goes on when it is delivered', () => {
    const { group: three, told } = group(3, { ownRequestsMax: 2, ownRequestsMaxBytes: 1_000 })
    three.propose(1, 'a')
    three.propose(1, 'b')
    three.propose(1, 'c')
    three.propose(0, new Uint8Array(999))
    three.propose(0, new Uint8Array(2))
    three.settle()
    expect(told(/refuses/)).toEqual([
      expect.stringMatching(/^0 refuses proposal 5: OVERLOADED/),
      expect.stringMatching(/^1 refuses proposal 3: OVERLOADED/),
    ])
    three.propose(1, 'c')
    three.settle()
    expect(told(/1 delivers .*"c" \(proposal 6\)/)).toHaveLength(1)
  })

  it('names no more in one message than its limits allow', () => {
    const { group: three, told } = group(3, { sequenceMaxRequests: 4, sequenceMaxBytes: 50 })
    for (let place = 0; place < 6; place += 1) three.propose(1, 'x')
    three.propose(1, new Uint8Array(60))
    three.settle()
    expect(told(/0 delivers/).map((line) => line.split(',').length)).toEqual([4, 2, 1])
  })
})

describe('the log', () => {
  it('is trimmed behind what all have and what is applied durably, and a restart goes on', () => {
    const { group: three, told } = group(3, { trimStepEntries: 5 })
    for (let place = 0; place < 40; place += 1) {
      three.propose(place % 3, `${place}`)
      three.settle()
    }
    expect(told(/trims/).length).toBeGreaterThan(6)
    for (const { disk } of three.members) expect(disk.entries.length).toBeLessThan(8)
    for (const { id } of three.members) three.crash(id)
    for (const { id } of three.members) three.start(id)
    three.settle()
    three.propose(1, 'after')
    three.settle()
    for (const { disk } of three.members) expect(disk.appliedIndex).toBe(41)
  })

  it('is kept as long as one member lacks it', () => {
    const { group: three, told } = group(3, { trimStepEntries: 1 })
    three.holdDisk(2)
    three.propose(0, 'a')
    three.settle()
    for (let ticks = 0; ticks < 300; ticks += 1) three.tick()
    expect(told(/trims/)).toEqual([])
  })
})

describe('a member whose disk was lost', () => {
  it('comes back by itself, with the state where the log does not lead back so far', () => {
    const { group: three, told } = group(3, { trimStepEntries: 1, retainEntries: 2 })
    for (let place = 0; place < 12; place += 1) {
      three.propose(place % 3, `${place}`)
      three.settle()
    }
    three.wipe(0)
    for (let ticks = 0; ticks < 30; ticks += 1) three.tick()
    three.cut(1, 0)
    three.start(0)
    three.settle()
    expect(three.coreOf(0).unavailableReason()).toMatch(/^The disk of this member was lost/)
    three.heal()
    for (let ticks = 0; ticks < 60; ticks += 1) three.tick()
    expect(told(/0 installs the state/)).toHaveLength(1)
    expect(three.coreOf(0).unavailableReason()).toBeUndefined()
    three.propose(0, 'after')
    three.settle()
    for (const { disk } of three.members) expect(disk.appliedIndex).toBe(13)
  })
})

describe('an incarnation', () => {
  it('is above all that the log names of its member, though its disk and its clock are lost', () => {
    const { group: three, told } = group(3, { dampingMs: 5, dampingMaxMs: 5 })
    const untilUsable = (...ids: readonly number[]): void => {
      const isUsable = (id: number) => three.coreOf(id).node.state.kind === 'operational'
      for (let ticks = 0; ticks < 300 && !ids.every(isUsable); ticks += 1) three.tick()
    }
    for (let start = 0; start < 5; start += 1) {
      three.propose(1, `start ${start}`)
      three.settle()
      three.crash(1)
      three.start(1)
      untilUsable(0, 1, 2)
    }
    expect(told(/0 delivers .*start/)).toHaveLength(5)
    // Nobody remembers the member but the log: the others have started anew, in a view without it.
    three.wipe(1)
    for (let ticks = 0; ticks < 30; ticks += 1) three.tick()
    untilUsable(0, 2)
    for (const id of [0, 2]) three.crash(id)
    for (const id of [0, 2]) three.start(id)
    untilUsable(0, 2)
    three.start(1, { startedAtUnixMs: 0 })
    untilUsable(0, 1, 2)
    for (const text of ['first', 'second']) {
      three.propose(1, text)
      three.settle()
    }
    expect(told(/0 delivers .*(first|second)/)).toHaveLength(2)
  })
})

describe('a member that starts anew in the same process', () => {
  it('answers nothing that it was asked before, until its later incarnation is durable', () => {
    const { group: five, told } = group(5, { dampingMs: 5, dampingMaxMs: 5 })
    const tick = (ticks: number): void => {
      for (let left = ticks; left > 0; left -= 1) five.tick()
    }
    // Of a late start of member 4 nobody knows but member 0, which is cut off from the others.
    five.part([0, 4], [1, 2, 3])
    five.crash(4)
    five.start(4, { startedAtUnixMs: 50_000 })
    tick(40)
    // Its disk is lost, its clock is set back: the others take it in, it is whole again.
    five.wipe(4)
    five.part([0], [1, 2, 3, 4])
    five.start(4, { startedAtUnixMs: 10_000 })
    tick(40)
    expect(told(/^4: recovery → operational, .* of 1, 2, 3, 4/)).toHaveLength(1)
    // Another one loses its disk, too, and asks. While that is noted, member 0 is heard.
    five.cut(1, 4)
    five.holdDisk(4)
    five.wipe(3)
    five.start(3)
    five.settle()
    expect(told(/^4 persists .* noted 3\.2\) \(held\)/)).toHaveLength(1)
    five.heal()
    five.cut(1, 4)
    tick(15)
    expect(told(/^4: gather → starting/)).toHaveLength(1)
    const said = told(/^4 →/).length
    five.releaseDisk(4)
    expect(told(/^4 →/)).toHaveLength(said)
    five.heal()
    tick(80)
    expect(told(/^4: recovery → operational/).at(-1)).toMatch(/of 0, 1, 2, 3, 4/)
    expect(told(/^4 → .* join 4\.50 /).length).toBeGreaterThan(0)
  })
})

describe('one outside', () => {
  it('drops nothing that it has acknowledged, though a late datagram tells of less', () => {
    const { group: three, told } = group(3, { behindEntries: 1, failureTimeoutMs: 1_000 })
    three.propose(0, 'early')
    three.settle()
    const { log, scalars, state } = three.coreOf(0).node
    const { installed: view } = scalars
    if (view === undefined || state.kind !== 'operational') throw new Error('there is a view')
    const early = log.extent()
    // Member 2 has told that it has these; that others have them, too, it has not heard.
    for (const id of [0, 1]) three.holdDisk(id)
    for (let place = 0; place < 4; place += 1) {
      three.propose(1, `late ${place}`)
      three.settle()
    }
    for (const id of [0, 1]) three.cut(id, 2)
    const { node } = three.coreOf(2)
    const acknowledged = node.log.receivedUpTo
    expect(acknowledged).toBeGreaterThan(node.delivery.deliveredUpTo)
    node.returnToGather('the test')
    // It counts as behind, because another one has more; what it then hears was said long ago.
    const header = { ...state.duties.standing.header(), viewId: undefined }
    const further = {
      member: memberId(0),
      incarnation: header.incarnation,
      number: 1_000,
      standing: 'whole',
      promised: view.id,
      installed: view.id,
      receivedUpTo: step(acknowledged, 10),
      hears: [],
      choice: 0,
      damped: 0,
    } as const
    three.coreOf(2).receive(memberId(0), {
      header,
      parts: [
        { kind: 'join', records: [further] },
        { kind: 'operational', view, stable: early },
      ],
    })
    three.settle()
    expect(told(/2 persists .*nothing from/)).toEqual([])
    expect(node.log.receivedUpTo).toBe(acknowledged)
  })
})

describe('one who comes back far behind', () => {
  const entries = 40

  /** Two of three go on without member 2, and order so much that it is not near any more. */
  function goOnWithout2(three: ScenarioGroup): void {
    for (let ticks = 0; ticks < 60; ticks += 1) three.tick()
    for (let entry = 0; entry < entries; entry += 1) {
      three.propose(entry % 2, `entry ${entry}`)
      three.settle()
    }
  }

  it('is let in when it is near: until then the others go on', () => {
    const { group: three, told } = group(3, { nearEntries: 4 })
    three.crash(2)
    goOnWithout2(three)
    const left = told(/operational → gather/).length
    three.start(2)
    three.holdDisk(2)
    for (let ticks = 0; ticks < 20; ticks += 1) three.tick()
    three.propose(0, 'ordered meanwhile')
    three.settle()
    expect(told(/operational → gather/)).toHaveLength(left)
    expect(told(/0 delivers \d+: "ordered meanwhile"/)).toHaveLength(1)
    three.releaseDisk(2)
    for (let ticks = 0; ticks < 60; ticks += 1) three.tick()
    expect(told(/^2: recovery → operational/).at(-1)).toMatch(/of 0, 1, 2/)
    expect(told(/^2 delivers \d+: "ordered meanwhile"/)).toHaveLength(1)
  })

  it('gets what it is missing though by its own configuration it is near', () => {
    const { group: three, told } = group(3, { nearEntries: 4 })
    three.crash(2)
    goOnWithout2(three)
    three.start(2, { config: { nearEntries: entries } })
    for (let ticks = 0; ticks < 80; ticks += 1) three.tick()
    expect(told(/^2: recovery → operational/).at(-1)).toMatch(/of 0, 1, 2/)
    expect(told(/^2 delivers/)).toHaveLength(entries)
  })

  it('is not waited for while what lies before it is from long ago', () => {
    const { group: three, told } = group(3, { nearEntries: 4 })
    three.pause(2)
    goOnWithout2(three)
    // It goes through its backlog, and takes itself for one who was there all the time.
    const left = told(/^[01]: operational → gather/).length
    three.cut(0, 2)
    three.cut(1, 2)
    three.resume(2)
    for (let ticks = 0; ticks < 12; ticks += 1) three.tick()
    expect(told(/^2 → .* join 2.1 whole installed 1.0 hears 0 1/).length).toBeGreaterThan(0)
    expect(told(/^[01]: operational → gather/)).toHaveLength(left)
    three.heal()
    for (let ticks = 0; ticks < 80; ticks += 1) three.tick()
    expect(told(/^2: recovery → operational/).at(-1)).toMatch(/of 0, 1, 2/)
    expect(told(/^2 delivers/)).toHaveLength(entries)
  })
})

describe('a member that flaps', () => {
  it('is not let in by one that has forgotten it, as long as another one remembers', () => {
    const { group: three, told } = group(3, { dampingMs: 1_000 })
    const tick = (ticks: number): void => {
      for (let left = ticks; left > 0; left -= 1) three.tick()
    }
    const isIn = (id: number) => three.coreOf(id).node.state.kind === 'operational'
    for (let flap = 0; flap < 2; flap += 1) {
      three.crash(2)
      three.start(2)
      tick(10)
    }
    three.crash(1)
    three.start(1)
    tick(10)
    expect([0, 1, 2].map(isIn)).toEqual([true, true, false])
    // To leave the view for a larger one would be to come back to the same.
    const left = told(/^[01]: operational → gather/).length
    tick(120)
    expect(told(/^[01]: operational → gather/)).toHaveLength(left)
    expect([0, 1, 2].map(isIn)).toEqual([true, true, false])
    tick(120)
    expect([0, 1, 2].map(isIn)).toEqual([true, true, true])
  })

  it('is not let in while one who is about to end remembers it', () => {
    const { group: five, told } = group(5, { dampingMs: 500 })
    const tick = (ticks: number): void => {
      for (let left = ticks; left > 0; left -= 1) five.tick()
    }
    const { damping, now } = five.coreOf(4).node
    for (let flap = 0; flap < 2; flap += 1) damping.returned(memberId(3), now)
    five.leave(4)
    // Once, because 4 ends; not for a view of 3 and the rest, that 4 keeps them from.
    tick(60)
    expect(told(/^0: operational → gather/)).toHaveLength(1)
    expect(told(/^0: recovery → operational/).at(-1)).toMatch(/of 0, 1, 2:/)
    tick(60)
    expect(told(/^0: recovery → operational/).at(-1)).toMatch(/of 0, 1, 2, 3:/)
  })
})

describe('repair', () => {
  it('brings large commands through a network that loses every fifth message', () => {
    const seed = 5
    const random = seededRandom(seed)
    const { group: five, told } = group(5, { failureTimeoutMs: 500 })
    five.lose(() => random.next() < 0.2)
    for (let place = 0; place < 10; place += 1) {
      five.propose(place % 5, new Uint8Array(40_000).fill(place))
    }
    five.settle()
    const answered = (): number =>
      told(/delivers/)
        .join()
        .match(/\(proposal/g)?.length ?? 0
    for (let ticks = 0; ticks < 200 && answered() < 10; ticks += 1) five.tick()
    expect(answered(), `seed ${seed}`).toBe(10)
  })
})
