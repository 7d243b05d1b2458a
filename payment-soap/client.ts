/**
 * How other processes pay: the operations of payment.wsdl as functions. Cards pass through and are
 * neither kept nor logged; errors carry none of what was sent.
 */
import { readFileSync } from 'node:fs'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import axios from 'axios'
import { type Client, createClientAsync, type IOptions } from 'soap'
import { type Deadline, remainingMs } from '../common/deadline.ts'
import { AppError, type FieldProblem } from '../common/errors.ts'
import type { Money } from '../common/money.ts'
import { assetPath } from '../platform/assets.ts'
import { REQUEST_ID_HEADER } from '../platform/http/request-id.ts'
import type { DeclineReason } from './card.ts'

/** Carries the API key, where the service wants one. */
export const API_KEY_HEADER = 'X-Api-Key'

export type PaymentRequest = {
  /** The purchase's id. */
  readonly reference: string
  readonly card: {
    readonly name: string
    readonly number: string
    /** MM/YY */
    readonly expiration: string
    readonly securityCode: string
  }
  readonly amount: Money
}

/** What became of a reference. `charged` is what the first request said. */
export type PaymentResult =
  | { readonly status: 'APPROVED'; readonly authorizationId: string; readonly charged: Charged }
  | { readonly status: 'DECLINED'; readonly reason: DeclineReason; readonly charged: Charged }
  /** Reversed, or refused for good before anybody charged it. */
  | { readonly status: 'VOIDED' }
  | { readonly status: 'UNKNOWN' }

export type Charged = { readonly amount: Money; readonly last4: string }

/**
 * All reject with AppError: INVALID_ARGUMENT (definite, with fields) when the service does not take the request,
 * PAYMENT_UNAVAILABLE (indefinite) when it cannot be reached or does not answer in time: ask again
 * with the same reference. Each call waits `timeoutMs`, and never past `deadline`.
 */
export type PaymentClient = {
  /** Charges once per reference: a repeat gets the first answer, `VOIDED` after a void. */
  processPayment(request: PaymentRequest, deadline?: Deadline): Promise<PaymentResult>
  getPayment(reference: string, deadline?: Deadline): Promise<PaymentResult>
  /** Reverses an approved payment; an unknown reference is refused from then on. Declined stays so. */
  voidPayment(reference: string, deadline?: Deadline): Promise<PaymentResult>
  close(): void
}

export type PaymentClientOptions = {
  readonly url: string
  readonly apiKey?: string | undefined
  readonly timeoutMs: number
  /** Of the authority that signed the service's certificate, when `url` is https. */
  readonly caPath?: string | undefined
}

const SOCKETS_MAX = 64

export function createPaymentClient(options: PaymentClientOptions): PaymentClient {
  const { url, apiKey, timeoutMs, caPath } = options
  const ca = caPath === undefined ? {} : { ca: readFileSync(caPath) }
  const httpAgent = new HttpAgent({ keepAlive: true, maxSockets: SOCKETS_MAX })
  const httpsAgent = new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS_MAX, ...ca })
  const request = axios.create({ httpAgent, httpsAgent, proxy: false, maxRedirects: 0 })
  // The library's types mean axios as CommonJS: the same at run time.
  const transport = { request } as unknown as Pick<IOptions, 'request'>
  const connecting = connect()
  // A WSDL that cannot be read is told by the first call.
  connecting.catch(() => {})

  async function connect(): Promise<Client> {
    const wsdl = assetPath('payment-soap/payment.wsdl')
    const client = await createClientAsync(wsdl, { ...transport, endpoint: url })
    if (apiKey !== undefined) client.addHttpHeader(API_KEY_HEADER, apiKey)
    return client
  }

  async function call(
    operation: 'ProcessPayment' | 'GetPayment' | 'VoidPayment',
    args: object,
    deadline: Deadline | undefined,
  ): Promise<PaymentResult> {
    const client = await connecting
    const leftMs = deadline === undefined ? timeoutMs : remainingMs(deadline, Date.now())
    const timeout = Math.floor(Math.min(timeoutMs, leftMs))
    // Zero would mean no limit.
    if (timeout < 1) throw unavailable('there was no time left to ask')
    const requestId = deadline?.requestId
    const headers = requestId === undefined ? {} : { [REQUEST_ID_HEADER]: requestId }
    try {
      const [answer] = await client[`${operation}Async`](args, { timeout }, headers)
      return readAnswer(answer)
    } catch (error) {
      throw error instanceof AppError ? error : translate(error)
    }
  }

  return {
    processPayment: ({ reference, card, amount }, deadline) =>
      call('ProcessPayment', { reference, ...cardOf(card), ...amount }, deadline),
    getPayment: (reference, deadline) => call('GetPayment', { reference }, deadline),
    voidPayment: (reference, deadline) => call('VoidPayment', { reference }, deadline),
    close() {
      httpAgent.destroy()
      httpsAgent.destroy()
    },
  }
}

/** In the WSDL's order, and nothing else. */
function cardOf({ name, number, expiration, securityCode }: PaymentRequest['card']) {
  return { name, number, expiration, securityCode }
}

function readAnswer(answer: unknown): PaymentResult {
  const payment = childOf(answer, 'payment')
  const text = (name: string): string => String(childOf(payment, name) ?? '')
  const charged = (): Charged => ({
    amount: { amount: Number(text('amount')), currency: text('currency') },
    last4: text('last4'),
  })
  const status = text('status')
  switch (status) {
    case 'APPROVED':
      return { status, authorizationId: text('authorizationId'), charged: charged() }
    case 'DECLINED':
      return { status, reason: text('reason') as DeclineReason, charged: charged() }
    case 'VOIDED':
    case 'UNKNOWN':
      return { status }
    default:
      throw unavailable('the answer is not one of the payment service')
  }
}

/** The library's and axios's errors hold the whole request, card included: none of them goes on as a cause. */
function translate(error: unknown): AppError {
  const envelope = childOf(childOf(error, 'root'), 'Envelope')
  const fault = childOf(childOf(envelope, 'Body'), 'Fault')
  const status = childOf(childOf(error, 'response'), 'status')
  if (fault === undefined) {
    const code = childOf(error, 'code')
    if (status !== undefined) return unavailable(`it answered with HTTP status ${status}`)
    return unavailable(typeof code === 'string' ? code : 'no answer that can be read')
  }
  const message = String(childOf(fault, 'faultstring') ?? '')
  // Client.Authentication is not the buyer's doing, and what HTTP refuses is no judgement on the fields.
  const isRefusal = /(^|:)Client$/.test(String(childOf(fault, 'faultcode')))
  if (!isRefusal || status !== 500) return unavailable(message)
  return new AppError('INVALID_ARGUMENT', { definite: true, message, fields: fieldsOf(fault) })
}

function fieldsOf(fault: unknown): FieldProblem[] {
  const problem = childOf(childOf(childOf(fault, 'detail'), 'InvalidRequest'), 'problem')
  const problems = Array.isArray(problem) ? problem : [problem]
  return problems.flatMap((one) => {
    const [path, message] = [childOf(one, 'path'), childOf(one, 'message')]
    return typeof path === 'string' && typeof message === 'string' ? [{ path, message }] : []
  })
}

function childOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as Record<string, unknown>)[name]
}

function unavailable(reason: string): AppError {
  const message = `The payment service is not available: ${reason}`
  return new AppError('PAYMENT_UNAVAILABLE', { definite: false, message })
}
