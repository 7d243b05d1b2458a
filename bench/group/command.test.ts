import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { clockCommand } from '../../replication/state-machine/clock-command.ts'
import { commandCodec, keyBytes, keyOf, writeCommand } from './command.ts'
import { commandMaker } from './commands.ts'

describe('the command of a measured group', () => {
  it('comes back from the log as it went in', () => {
    const bytes = commandMaker(64)()
    const read = commandCodec.decode(commandCodec.encode(writeCommand(bytes, 1_234)))
    expect(read.request).toMatchObject({ requestId: keyOf(bytes), submittedAtMs: 1_234 })
    expect(read.body).toMatchObject({ type: 'write', key: keyOf(bytes) })
    expect('bytes' in read.body && Buffer.from(read.body.bytes)).toEqual(bytes)
  })

  it('adds nine bytes to what was submitted', () => {
    expect(commandCodec.encode(writeCommand(commandMaker(256)(), 0))).toHaveLength(256 + 9)
  })

  it('leaves clocks as they are', () => {
    const clock = clockCommand(memberId(2), 5_000)
    expect(commandCodec.decode(commandCodec.encode(clock))).toEqual(clock)
  })

  it.each([
    ['a tag of nobody', Buffer.from([7])],
    ['a command without its key', Buffer.alloc(9 + keyBytes - 1, 1)],
  ])('refuses %s', (_, payload) => {
    expect(() => commandCodec.decode(payload)).toThrow()
  })

  it('is never the same twice, in its key', () => {
    const makers = [commandMaker(16), commandMaker(16)]
    const keys = makers.flatMap((make) => Array.from({ length: 300 }, () => keyOf(make())))
    expect(new Set(keys).size).toBe(600)
  })
})
