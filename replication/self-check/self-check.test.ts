import type { Pool } from 'pg'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { ManualClock } from '../manual-clock.fixture.ts'
import type { LogIndex } from '../replicated-log.ts'
import type { Command } from '../state-machine/application.ts'
import type { HashBody, HashedBody } from '../state-machine/check-commands.ts'
import { type CheckLog, type Difference, SelfCheck } from './self-check.ts'

const position = 10 as LogIndex
const at = { position, groupTimeMs: 1_000 }

/** Member 2 of three, whose only table hashes to `own`. What it tells is `told`, not yet applied. */
function replica(own: string) {
  const told: HashedBody[] = []
  const differences: Difference[] = []
  const client = {
    query: async (sql: string) => {
      if (sql.includes('pg_class')) return { rows: [{ name: 'items', columns: ['id'] }] }
      return { rows: sql.includes('bit_xor') ? [{ hash: own }] : [] }
    },
    escapeIdentifier: (name: string) => name,
    release: () => undefined,
  }
  const log = {
    status: () => ({ members: [0, 1, 2].map((id) => ({ id: memberId(id) })) }),
    submit: async ({ body }: Command<HashBody | HashedBody>) => {
      if (body.type === 'hashed') told.push(body)
    },
  } as unknown as CheckLog
  const check = new SelfCheck({
    self: memberId(2),
    clock: new ManualClock(),
    logger: pino({ level: 'silent' }),
    onDiffers: (difference) => differences.push(difference),
    onHashed: () => undefined,
  })
  check.start(log, { connect: async () => client } as unknown as Pool)
  const tell = (member: number, hash: string, shape: string) =>
    check.hashesTold({
      type: 'hashed',
      member: memberId(member),
      position,
      report: { shape, hashes: { items: hash } },
    })
  const hash = async (noneSinceMs = 0) => {
    const before = told.length
    await check.hashOrdered({ type: 'hash', noneSinceMs }, at)
    for (let turn = 0; turn < 20 && told.length === before; turn += 1) {
      await new Promise(setImmediate)
    }
    return told.at(-1)
  }
  return { check, differences, tell, hash, told }
}

describe('the self-check', () => {
  it('stops a replica that differs from a majority, once, whatever the order of the reports', async () => {
    for (const order of ['own first', 'own last']) {
      const { check, differences, tell, hash } = replica('1:1')
      const own = await hash()
      if (own === undefined) throw new Error('nothing was told')
      const { shape } = own.report
      if (order === 'own first') check.hashesTold(own)
      tell(0, '1:f', shape)
      expect(differences).toEqual([])
      tell(1, '1:f', shape)
      if (order === 'own last') check.hashesTold(own)
      expect(differences).toEqual([{ position, tables: ['items'], equal: [0, 1] }])
    }
  })

  it('does not judge a replica by what was told under its id before it started', async () => {
    const { check, differences, tell, hash } = replica('1:1')
    const own = await hash()
    if (own === undefined) throw new Error('nothing was told')
    const { shape } = own.report
    const good = own.report.hashes.items ?? ''
    tell(0, good, shape)
    tell(1, good, shape)
    tell(2, '1:bad', shape)
    expect(differences).toEqual([])
    expect(check.status()).toMatchObject({ outcome: 'settled', equal: [0, 1, 2] })
  })

  it('counts nothing as told by itself that it has not hashed', () => {
    const { check, differences, tell } = replica('1:1')
    tell(0, '1:a', 's')
    tell(1, '1:a', 's')
    tell(2, '1:b', 's')
    expect(differences).toEqual([])
    expect(check.status()).toMatchObject({ equal: [0, 1], differing: [], missing: [2] })
  })

  it('passes over a hash when another has been applied since', async () => {
    const { hash, told, check } = replica('1:1')
    await hash()
    expect(check.lastOrderedMs()).toBe(1_000)
    await hash(500)
    expect(told).toHaveLength(1)
    await hash(1_000)
    expect(told).toHaveLength(2)
  })
})
