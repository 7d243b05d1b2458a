import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChargeRequest } from './card.ts'
import { Payments, type PaymentsOptions } from './payments.ts'
import { statusOf } from './service.ts'

let folder: string
let path: string
const opened: Payments[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agora-ledger-'))
  path = join(folder, 'payment', 'ledger.jsonl')
})
afterEach(async () => {
  for (const payments of opened.splice(0)) await payments.close()
  await rm(folder, { recursive: true })
})

async function open(options: Partial<PaymentsOptions> = {}): Promise<Payments> {
  const payments = await Payments.open({
    path,
    currency: 'USD',
    approvalRate: 0.5,
    seed: 1,
    nowUnixMs: () => Date.parse('2026-03-15T00:00:00Z'),
    failed: (error) => {
      throw error
    },
    ...options,
  })
  opened.push(payments)
  return payments
}

async function reopen(): Promise<Payments> {
  await opened.pop()?.close()
  return await open()
}

/** Passes the Luhn check and is no test card: its fate is drawn. */
const ORDINARY = '4111111111111111'

const charge = (reference: string, number = '4242424242424242'): ChargeRequest => ({
  reference,
  name: 'Ada Lovelace',
  number,
  expiration: '12/30',
  securityCode: '737',
  amount: 1999,
  currency: 'USD',
})

const lines = async (): Promise<string[]> =>
  (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '')

describe('a reference', () => {
  it('is decided once: a repeat gets the first answer, with another card and amount, too', async () => {
    const payments = await open()
    const first = await payments.process(charge('p1'))
    const repeat = await payments.process({ ...charge('p1', '4000000000000002'), amount: 5 })
    expect(repeat).toEqual({ payment: first.payment, first: false })
    expect(await lines()).toHaveLength(1)
  })

  it('is decided once when asked many times at once', async () => {
    const payments = await open()
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => payments.process(charge('p1', ORDINARY))),
    )
    expect(answers.filter(({ first }) => first)).toHaveLength(1)
    expect(new Set(answers.map(({ payment }) => JSON.stringify(payment))).size).toBe(1)
    expect(await lines()).toHaveLength(1)
  })

  it.each([
    ['4000000000000002', 'CARD_DECLINED'],
    ['4000000000009995', 'INSUFFICIENT_FUNDS'],
    ['4000000000000069', 'EXPIRED_CARD'],
    ['4000000000000127', 'INCORRECT_SECURITY_CODE'],
    ['4000000000000119', 'PROCESSING_ERROR'],
  ])('charged to test card %s is declined: %s', async (number, reason) => {
    const { payment } = await (await open()).process(charge('p1', number))
    expect(payment.charge?.decision).toEqual({ approved: false, reason })
  })

  it.each(['4242424242424242', '5555555555554444', '4000000000001000', '4000000000002008'])(
    'charged to test card %s is approved, whatever the rate',
    async (number) => {
      const { payment } = await (await open({ approvalRate: 0 })).process(charge('p1', number))
      expect(statusOf(payment)).toBe('APPROVED')
    },
  )

  it('is approved at the configured rate, the same one with the same seed', async () => {
    const approvals = async (seed: number, approvalRate: number): Promise<string[]> => {
      const payments = await open({ seed, approvalRate, path: `${path}-${seed}-${approvalRate}` })
      const requests = Array.from({ length: 1_000 }, (_, n) => charge(`p${n}`, ORDINARY))
      const answers = await Promise.all(requests.map((request) => payments.process(request)))
      const approved = answers.filter(({ payment }) => statusOf(payment) === 'APPROVED')
      return approved.map(({ payment }) => payment.reference)
    }
    const ninety = await approvals(1, 0.9)
    expect(ninety.length).toBeGreaterThan(860)
    expect(ninety.length).toBeLessThan(940)
    expect(await approvals(2, 0.9)).not.toEqual(ninety)
    await rm(`${path}-1-0.9`)
    expect(await approvals(1, 0.9)).toEqual(ninety)
    expect(await approvals(1, 0)).toEqual([])
    expect(await approvals(1, 1)).toHaveLength(1_000)
  })

  it('that is unknown has no payment', async () => {
    expect(await (await open()).get('p1')).toBeUndefined()
  })

  it('must be well-formed in every operation', async () => {
    const payments = await open()
    const refused = { code: 'INVALID_ARGUMENT', definite: true, fields: [{ path: 'reference' }] }
    await expect(payments.get('a b')).rejects.toMatchObject(refused)
    await expect(payments.void('a b')).rejects.toMatchObject(refused)
    await expect(payments.process(charge('a b'))).rejects.toMatchObject(refused)
  })
})

describe('a void', () => {
  it('reverses what is approved, once', async () => {
    const payments = await open()
    await payments.process(charge('p1'))
    expect(statusOf(await payments.void('p1'))).toBe('VOIDED')
    expect(statusOf(await payments.void('p1'))).toBe('VOIDED')
    expect(statusOf((await payments.process(charge('p1'))).payment)).toBe('VOIDED')
    expect(await lines()).toHaveLength(2)
  })

  it('of an unknown reference refuses a late charge for good', async () => {
    const payments = await open()
    await payments.void('p1')
    const { payment, first } = await payments.process(charge('p1'))
    expect([statusOf(payment), first, payment.charge]).toEqual(['VOIDED', false, undefined])
  })

  it('leaves what is declined as it is', async () => {
    const payments = await open()
    await payments.process(charge('p1', '4000000000000002'))
    expect(statusOf(await payments.void('p1'))).toBe('DECLINED')
    expect(await lines()).toHaveLength(1)
  })
})

describe('the ledger', () => {
  it('survives a restart, decisions and tombstones included', async () => {
    const payments = await open()
    const { payment } = await payments.process(charge('p1', ORDINARY))
    await payments.process(charge('p2'))
    await payments.void('p2')
    await payments.void('p3')
    const before = await payments.all()
    const after = await reopen()
    expect(await after.all()).toEqual(before)
    expect((await after.process(charge('p1', '4000000000000002'))).payment).toEqual(payment)
    expect(statusOf((await after.process(charge('p3'))).payment)).toBe('VOIDED')
  })

  it('holds neither card numbers nor codes nor names', async () => {
    const payments = await open()
    await payments.process(charge('p1'))
    const text = await readFile(path, 'utf8')
    expect(text).not.toMatch(/4242424242424242|737|Lovelace/)
    expect(JSON.parse(text)).toMatchObject({ reference: 'p1', last4: '4242', amount: 1999 })
  })

  it('has written what was answered before it was answered', async () => {
    const payments = await open()
    for (let n = 0; n < 20; n += 1) {
      await payments.process(charge(`p${n}`))
      expect(await lines()).toHaveLength(n + 1)
    }
  })

  it.each(['{"type":"charge","refer', '\u0000\u0000\u0000\n'])(
    'loses a torn last line only (%j), and goes on after it',
    async (torn) => {
      await (await open()).process(charge('p1'))
      await opened.pop()?.close()
      await appendFile(path, torn)
      const payments = await open()
      expect(await payments.all()).toHaveLength(1)
      await payments.process(charge('p2'))
      expect((await (await reopen()).all()).map(({ reference }) => reference)).toEqual(['p1', 'p2'])
    },
  )

  it('that is damaged in the middle is not used', async () => {
    const payments = await open()
    await payments.process(charge('p1'))
    await payments.process(charge('p2'))
    await opened.pop()?.close()
    const [first, second] = await lines()
    await writeFile(path, `${first?.slice(0, 20)}\n${second}\n`)
    await expect(open()).rejects.toThrow(/line 1: not a record/)
  })

  it('takes hundreds of payments a second', async () => {
    const payments = await open()
    const startedAt = performance.now()
    await Promise.all(Array.from({ length: 2_000 }, (_, n) => payments.process(charge(`p${n}`))))
    expect(2_000 / ((performance.now() - startedAt) / 1_000)).toBeGreaterThan(300)
    expect(await lines()).toHaveLength(2_000)
  })
})
