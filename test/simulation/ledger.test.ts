import { describe, expect, it } from 'vitest'
import type { Delivered } from '../../replication/protocol.ts'
import type { LogIndex } from '../../replication/replicated-log.ts'
import { encodeCommand } from './commands.ts'
import { Ledger } from './ledger.ts'
import type { SimulatedCommand } from './types.ts'

function at(index: number, ...commands: readonly SimulatedCommand[]): Delivered {
  return {
    index: index as LogIndex,
    context: undefined,
    commands: commands.map((one) => ({ proposal: undefined, payload: encodeCommand(one) })),
  }
}

function failed(check: string): unknown {
  return expect.objectContaining({ check })
}

describe('Ledger', () => {
  it('takes a request that is retried, ordered twice and acknowledged once', () => {
    const ledger = new Ledger({ deliversEachProposalOnce: true })
    const request = ledger.begin()
    const [first, second] = [ledger.attempt(request), ledger.attempt(request)]
    const applied = [ledger.delivered(0, at(1, first)), ledger.delivered(0, at(2, second))]
    expect(ledger.delivered(1, at(1, first))).toEqual(applied[0])
    ledger.acknowledged(request, 2)
    expect(ledger.knownIndex).toBe(1)
    ledger.requireComplete(0, applied)
  })

  it('misses an acknowledged request in the database of a member', () => {
    const ledger = new Ledger({ deliversEachProposalOnce: true })
    const [kept, lost] = [ledger.begin(), ledger.begin()]
    const held = ledger.delivered(0, at(1, ledger.attempt(kept)))
    ledger.delivered(0, at(2, ledger.attempt(lost)))
    ledger.requireComplete(0, [held])
    ledger.acknowledged(lost, 2)
    expect(() => ledger.requireComplete(0, [held])).toThrow(failed('no loss'))
  })

  it('takes no acknowledgement for what the member that answers has not applied', () => {
    const ledger = new Ledger({ deliversEachProposalOnce: true })
    const request = ledger.begin()
    expect(() => ledger.acknowledged(request, 5)).toThrow(failed('no loss'))
    ledger.delivered(0, at(1, ledger.attempt(request)))
    expect(() => ledger.acknowledged(request, 0)).toThrow(failed('no loss'))
  })

  it('lets a later read see no less than an earlier one, acknowledged or not', () => {
    const ledger = new Ledger({ deliversEachProposalOnce: true })
    ledger.delivered(0, at(1, ledger.attempt(ledger.begin())))
    const before = ledger.readFloor()
    ledger.readServed(0, before, 1)
    ledger.readServed(1, before, 0)
    expect(() => ledger.readServed(1, ledger.readFloor(), 0)).toThrow(failed('linearizable reads'))
  })

  it('tells a repeated attempt from a retry only where the protocol promises to', () => {
    for (const deliversEachProposalOnce of [true, false]) {
      const ledger = new Ledger({ deliversEachProposalOnce })
      const command = ledger.attempt(ledger.begin())
      ledger.delivered(0, at(1, command))
      const again = (): unknown => ledger.delivered(0, at(2, command))
      if (deliversEachProposalOnce) expect(again).toThrow(failed('no repetition'))
      else expect(again).not.toThrow()
    }
  })
})
