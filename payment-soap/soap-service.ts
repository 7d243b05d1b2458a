/**
 * The operations of payment.wsdl, in terms of Payments: arguments are checked, answers and faults
 * are spelled. Nothing that went wrong inside is told to the caller.
 */
import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'
import { AppError } from '../common/errors.ts'
import { requestIdOf } from '../platform/http/request-id.ts'
import { type ChargeRequest, SLOW_ANSWER_MS, testCards } from './card.ts'
import type { Payments } from './payments.ts'
import { type Payment, statusOf } from './service.ts'

/** As in the WSDL. */
export type PaymentElement = {
  readonly reference: string
  readonly status: ReturnType<typeof statusOf> | 'UNKNOWN'
  readonly reason?: string
  readonly authorizationId?: string
  readonly amount?: number
  readonly currency?: string
  readonly last4?: string
}

type Answer = { readonly payment: PaymentElement }
type Operation = (args: unknown) => Promise<Answer>
/** As the library calls it. An answer that is returned needs no callback. */
type Method = (
  args: unknown,
  callback: unknown,
  headers: unknown,
  request: IncomingMessage,
) => Promise<Answer>

export type SoapServices = {
  readonly PaymentService: { readonly PaymentPort: Record<OperationName, Method> }
}

type OperationName = 'ProcessPayment' | 'GetPayment' | 'VoidPayment'

export function soapServices(payments: Payments, logger: Logger): SoapServices {
  const operation =
    (name: OperationName, work: Operation): Method =>
    async (args, _callback, _headers, request) => {
      try {
        return await work(args)
      } catch (error) {
        if (isRefusal(error)) throw refusalFault(error)
        const about = { operation: name, requestId: requestIdOf(request) }
        logger.error({ err: error, ...about }, 'an operation failed')
        throw failureFault()
      }
    }
  return {
    PaymentService: {
      PaymentPort: {
        ProcessPayment: operation('ProcessPayment', async (args) => {
          const request = chargeRequest(args)
          const { payment, first } = await payments.process(request)
          if (first) await behave(request.number)
          return { payment: element(payment) }
        }),
        GetPayment: operation('GetPayment', async (args) => {
          const reference = textOf(args, 'reference')
          const payment = await payments.get(reference)
          return { payment: payment ? element(payment) : { reference, status: 'UNKNOWN' } }
        }),
        VoidPayment: operation('VoidPayment', async (args) => ({
          payment: element(await payments.void(textOf(args, 'reference'))),
        })),
      },
    },
  }
}

export function element(payment: Payment): PaymentElement {
  const { reference, charge } = payment
  const status = statusOf(payment)
  if (charge === undefined) return { reference, status }
  const { decision, amount, currency, last4 } = charge
  return {
    reference,
    status,
    ...(decision.approved
      ? { authorizationId: decision.authorizationId }
      : { reason: decision.reason }),
    amount,
    currency,
    last4,
  }
}

/** Two test cards: the charge has been made, and the answer is late or lost. */
async function behave(number: string): Promise<void> {
  const behaviour = testCards.get(number)
  if (behaviour?.kind === 'approve slowly') {
    await new Promise((resolve) => setTimeout(resolve, SLOW_ANSWER_MS))
  }
  if (behaviour?.kind === 'approve silently') await new Promise<never>(() => {})
}

function chargeRequest(args: unknown): ChargeRequest {
  const amount = textOf(args, 'amount')
  return {
    reference: textOf(args, 'reference'),
    name: textOf(args, 'name'),
    number: textOf(args, 'number'),
    expiration: textOf(args, 'expiration'),
    securityCode: textOf(args, 'securityCode'),
    // Strict: Number('') is 0 and Number('1e3') is 1000.
    amount: /^\d{1,15}$/.test(amount) ? Number(amount) : Number.NaN,
    currency: textOf(args, 'currency'),
  }
}

/** What is missing, repeated or has elements inside is empty, and then refused by its rule. */
function textOf(args: unknown, name: string): string {
  if (typeof args !== 'object' || args === null || !Object.hasOwn(args, name)) return ''
  const value = (args as Record<string, unknown>)[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** SOAP 1.1, as the library wants it thrown. */
type Fault = {
  readonly Fault: {
    readonly faultcode: 'soap:Client' | 'soap:Server'
    readonly faultstring: string
    readonly detail?: unknown
    readonly statusCode: 500
  }
}

function isRefusal(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'INVALID_ARGUMENT'
}

function refusalFault({ message, fields }: AppError): Fault {
  const detail = { InvalidRequest: { problem: fields } }
  return { Fault: { faultcode: 'soap:Client', faultstring: message, detail, statusCode: 500 } }
}

/** A new one each time: the library takes the status code out of it. */
function failureFault(): Fault {
  const faultstring = 'The payment service has a problem. Ask again with the same reference.'
  return { Fault: { faultcode: 'soap:Server', faultstring, statusCode: 500 } }
}
