import { describe, expect, it } from 'vitest'
import { memberId } from '../common/member.ts'
import { ManualClock } from './manual-clock.fixture.ts'
import { openDriver } from './open-driver.ts'
import type { DurableState, LogWrite } from './protocol.ts'
import type { LogIndex } from './replicated-log.ts'
import { ScriptedCore, textCodec } from './scripted-core.fixture.ts'

type Held = { readonly indexes: number[]; readonly applied: number; readonly meta?: Uint8Array }

async function open({ indexes, applied, meta }: Held) {
  const given: DurableState[] = []
  const writes: LogWrite[] = []
  const order: string[] = []
  const entries = indexes.map((index) => ({ index: index as LogIndex, bytes: new Uint8Array(1) }))
  const context = new Uint8Array([9])
  const driver = await openDriver<string, string, string>({
    protocol: 'raft',
    self: memberId(0),
    createCore(durable) {
      order.push('core')
      given.push(durable)
      return new ScriptedCore([])
    },
    codec: textCodec,
    commands: textCodec,
    stateMachine: {
      position: async () => ({ index: applied as LogIndex, context }),
      reload: async () => ({ index: applied as LogIndex, context }),
      apply: async () => [],
    },
    storage: {
      load: async () => ({ meta, entries }),
      write: async (write) => {
        order.push('write')
        writes.push(write)
      },
      trim: async () => undefined,
      close: async () => undefined,
    },
    transport: {
      send: () => undefined,
      setPeers: () => undefined,
      broadcast: () => undefined,
      onMessage: () => undefined,
      close: async () => undefined,
    },
    clock: new ManualClock(),
    tickMs: 10,
    onFatal: (error) => {
      throw error
    },
  })
  return { driver, given, writes, order }
}

describe('openDriver', () => {
  it('gives the core what storage and database hold', async () => {
    const meta = new Uint8Array([3])
    const { driver, given } = await open({ indexes: [4, 5, 6], applied: 5, meta })
    expect(given).toMatchObject([
      {
        meta,
        entries: [{ index: 4 }, { index: 5 }, { index: 6 }],
        applied: { index: 5, context: new Uint8Array([9]) },
      },
    ])
    expect(driver.status().appliedIndex).toBe(5)
  })

  it('makes the position durable before the core takes it for durable', async () => {
    const meta = new Uint8Array([3])
    const { order, writes } = await open({ indexes: [], applied: 5, meta })
    expect(order).toEqual(['write', 'core'])
    expect(writes).toEqual([{ entries: [], truncateFrom: undefined, meta: undefined }])
  })

  it('refuses a log that begins after what is applied, and one with a hole', async () => {
    await expect(open({ indexes: [7], applied: 5 })).rejects.toThrow(/begins at 7.*applied only 5/)
    await expect(open({ indexes: [5, 7], applied: 5 })).rejects.toThrow(/5 is followed by 7/)
    await expect(open({ indexes: [6], applied: 5 })).resolves.toBeDefined()
  })
})
