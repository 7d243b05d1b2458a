/** The payment service as a running process, seen by a client that is not ours, and killed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createPaymentClient,
  type PaymentClient,
  type PaymentResult,
} from '../../payment-soap/client.ts'
import {
  type PaymentProcess,
  startPayment,
  takeSteps,
  type ZeepResult,
  type ZeepStep,
} from './payment-process.ts'

const apiKey = 'a key for tests only'
/** Passes the Luhn check and is no test card: its fate is drawn. */
const ordinaryCard = '4111111111111111'
const running: PaymentProcess[] = []
const clients: PaymentClient[] = []
let folder: string
let payment: PaymentProcess

async function start(name: string, settings: Record<string, string> = {}): Promise<PaymentProcess> {
  const started = await startPayment(join(folder, name), settings)
  running.push(started)
  return started
}

function connect({ url }: PaymentProcess): PaymentClient {
  const client = createPaymentClient({ url, apiKey, timeoutMs: 5_000 })
  clients.push(client)
  return client
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agora-payment-'))
  payment = await start('main', { PAYMENT_API_KEY: apiKey, PAYMENT_APPROVAL_RATE: '0' })
})
afterAll(async () => {
  for (const client of clients) client.close()
  for (const one of running) await one.kill()
  await rm(folder, { recursive: true, force: true })
})

const card = {
  name: 'Ada <&> Lovelace',
  number: '4242424242424242',
  expiration: '12/49',
  securityCode: '737',
}
const charge = (reference: string, change: Record<string, string | number> = {}): ZeepStep => ({
  operation: 'ProcessPayment',
  arguments: { reference, ...card, amount: 1999, currency: 'USD', ...change },
})
const lookUp = (reference: string): ZeepStep => ({
  operation: 'GetPayment',
  arguments: { reference },
})
const reverse = (reference: string): ZeepStep => ({
  operation: 'VoidPayment',
  arguments: { reference },
})
const zeep = (...steps: ZeepStep[]): ZeepResult[] =>
  takeSteps(payment.url, steps, { 'X-Api-Key': apiKey })
const problemsOf = ({ fault }: ZeepResult): string[] =>
  (fault?.problems ?? []).map(([path, message]) => `${path} ${message}`)

describe('zeep, from the WSDL alone', () => {
  it('charges, looks up, voids, and repeats [Y1, Y4, Y5]', () => {
    const answers = zeep(
      charge('z1'),
      lookUp('z1'),
      charge('z1', { number: '4000000000000002', amount: 5 }),
      reverse('z1'),
      charge('z1'),
      lookUp('z2'),
      reverse('z2'),
      charge('z2'),
    )
    const paid = {
      reference: 'z1',
      status: 'APPROVED',
      reason: null,
      authorizationId: expect.stringMatching(/^[0-9a-f]{16}$/),
      amount: 1999,
      currency: 'USD',
      last4: '4242',
    }
    expect(answers.slice(0, 3)).toEqual([{ answer: paid }, { answer: paid }, { answer: paid }])
    expect(answers.slice(3).map(({ answer }) => [answer?.reference, answer?.status])).toEqual([
      ['z1', 'VOIDED'],
      ['z1', 'VOIDED'],
      ['z2', 'UNKNOWN'],
      ['z2', 'VOIDED'],
      ['z2', 'VOIDED'],
    ])
  })

  it('sees each test card decide as the marketplace says, at an approval rate of 0 [Y2]', () => {
    const expected = {
      '4242424242424242': 'APPROVED',
      '5555555555554444': 'APPROVED',
      '4000000000001000': 'APPROVED',
      '4000000000000002': 'CARD_DECLINED',
      '4000000000009995': 'INSUFFICIENT_FUNDS',
      '4000000000000069': 'EXPIRED_CARD',
      '4000000000000127': 'INCORRECT_SECURITY_CODE',
      '4000000000000119': 'PROCESSING_ERROR',
      [ordinaryCard]: 'CARD_DECLINED',
    }
    const steps = Object.keys(expected).map((number) => charge(`card-${number}`, { number }))
    const seen = zeep(...steps).map(({ answer }) => answer?.reason ?? answer?.status)
    expect(seen).toEqual(Object.values(expected))
  })

  it('gets no answer for one card, finds it charged, and a repeat is answered [Y2]', () => {
    const silent = charge('s1', { number: '4000000000002008' })
    const [lost, found, repeat] = zeep({ ...silent, timeoutSeconds: 0.3 }, lookUp('s1'), silent)
    expect(lost).toEqual({ noAnswer: true })
    expect(found?.answer).toMatchObject({ status: 'APPROVED', last4: '2008' })
    expect(repeat).toEqual(found)
  })

  it('sees bad input refused with a fault that names each field, and nothing charged [Y1, Y6]', () => {
    const [bad, unknown, missing, misplaced, doctype, afterwards] = zeep(
      charge('f1', {
        name: '',
        number: '4242424242424241',
        expiration: '13/49',
        securityCode: '12',
        amount: 0,
        currency: 'EUR',
      }),
      { ...charge('f1'), append: { colour: 'red' } },
      { ...charge('f1'), remove: ['number', 'amount'] },
      { ...charge('f1'), remove: ['name'], append: { name: 'Ada' } },
      { ...charge('f1'), doctype: true },
      lookUp('f1'),
    ) as [ZeepResult, ZeepResult, ZeepResult, ZeepResult, ZeepResult, ZeepResult]
    expect(problemsOf(bad)).toEqual([
      'name must be 1 to 64 characters',
      'number is not a card number (check the digits)',
      'expiration must be MM/YY',
      'securityCode must be 3 or 4 digits',
      'amount must be a whole number from 1 to 1000000000000',
      'currency must be USD',
    ])
    expect(bad.fault).toMatchObject({
      code: 'soap:Client',
      httpStatus: 500,
      text: problemsOf(bad).join('; '),
    })
    expect(problemsOf(unknown)).toEqual(['colour is not an element of ProcessPayment'])
    expect(problemsOf(missing)).toEqual(['number is missing', 'amount is missing'])
    expect(problemsOf(misplaced)).toEqual(['name must stand before currency'])
    expect(doctype.fault).toMatchObject({
      code: 'soap:Client',
      text: expect.stringContaining('DOCTYPE'),
    })
    expect(afterwards.answer?.status).toBe('UNKNOWN')
  })

  it('cannot even leave away or invent what the WSDL says [Y1]', () => {
    const { name: _, ...withoutName } = charge('c1').arguments
    const [missing, unknown] = zeep(
      { operation: 'ProcessPayment', arguments: withoutName },
      charge('c1', { colour: 'red' }),
    )
    expect(missing?.refusedByClient).toContain('Missing element name')
    expect(unknown?.refusedByClient).toContain('colour')
  })

  it('is told when the key is missing, and when a body is too large [Y7]', () => {
    const [keyless] = takeSteps(payment.url, [lookUp('k1')])
    expect(keyless?.fault).toMatchObject({
      code: 'soap:Client.Authentication',
      text: 'A right X-Api-Key is needed',
      httpStatus: 403,
    })
    const [large] = zeep(charge('k1', { name: 'x'.repeat(70_000) }))
    expect(large?.fault).toMatchObject({ code: 'soap:Client', httpStatus: 413 })
  })
})

describe('cards that are no test cards', () => {
  const approvals = async (name: string, settings: Record<string, string>): Promise<string[]> => {
    const client = connect(await start(name, settings))
    const references = Array.from({ length: 500 }, (_, n) => `r${n}`)
    const results = await Promise.all(
      references.map((reference) =>
        client.processPayment({
          reference,
          card: { ...card, number: ordinaryCard },
          amount: { amount: 100, currency: 'USD' },
        }),
      ),
    )
    return references.filter((_, n) => results[n]?.status === 'APPROVED')
  }

  it('are approved at the configured rate, 90 % without one, and the same seed decides the same [Y3]', async () => {
    const [byDefault, again, other, tenth] = await Promise.all([
      approvals('default', {}),
      approvals('again', { PAYMENT_SEED: '1', PAYMENT_APPROVAL_RATE: '0.9' }),
      approvals('other', { PAYMENT_SEED: '2' }),
      approvals('tenth', { PAYMENT_APPROVAL_RATE: '0.1' }),
    ])
    // Three standard deviations are 20 of 500.
    expect(Math.abs(byDefault.length - 450)).toBeLessThanOrEqual(20)
    expect(Math.abs(tenth.length - 50)).toBeLessThanOrEqual(20)
    expect(again).toEqual(byDefault)
    expect(other).not.toEqual(byDefault)
  })
})

describe('kill -9 while it charges', () => {
  it('loses nothing that was answered, charges nothing twice, keeps its voids [Y8]', async () => {
    const service = await start('killed', { PAYMENT_APPROVAL_RATE: '0.5' })
    const client = connect(service)
    const answered = new Map<string, PaymentResult>()
    const isOver = new AbortController()
    const ask = (reference: string): Promise<PaymentResult> =>
      client.processPayment({
        reference,
        card: { ...card, number: ordinaryCard },
        amount: { amount: 100, currency: 'USD' },
      })
    const work = async (name: string): Promise<void> => {
      for (let n = 0; !isOver.signal.aborted; n += 1) {
        const reference = `${name}-${n}`
        const result = await ask(reference).catch(() => undefined)
        if (result === undefined) return
        answered.set(reference, n % 5 === 0 ? await client.voidPayment(reference) : result)
        if (answered.size === 100) void service.kill()
      }
    }
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => work(name).catch(() => isOver.abort())))
    await service.kill()
    expect(answered.size).toBeGreaterThanOrEqual(100)

    await service.start()
    for (const [reference, result] of answered) {
      expect(await client.getPayment(reference)).toEqual(result)
      expect(await ask(reference)).toEqual(result)
    }
    const { payments } = (await (await fetch(new URL('/ledger', service.url))).json()) as {
      payments: { reference: string }[]
    }
    const references = payments.map(({ reference }) => reference)
    expect(new Set(references).size).toBe(references.length)
  })
})
