/**
 * The operations of payment.wsdl, in terms of Payments: arguments are checked, answers and faults
 * are spelled. Nothing that went wrong inside is told to the caller.
 */
import type { Logger } from 'pino'
import { AppError } from '../common/errors.ts'
import { currentRequestId } from '../platform/request-context.ts'
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

export type SoapServices = {
  readonly PaymentService: { readonly PaymentPort: Record<OperationName, Operation> }
}

type OperationName = 'ProcessPayment' | 'GetPayment' | 'VoidPayment'

export function soapServices(payments: Payments, logger: Logger): SoapServices {
  const operation =
    (name: OperationName, work: Operation): Operation =>
    async (args) => {
      try {
        return await work(args)
      } catch (error) {
        throw faultOf(name, error, logger)
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

function faultOf(operation: OperationName, error: unknown, logger: Logger): Fault {
  if (error instanceof AppError && error.code === 'INVALID_ARGUMENT') {
    const detail = { InvalidRequest: { problem: error.fields } }
    const fault = { faultcode: 'soap:Client', faultstring: error.message, detail } as const
    return { Fault: { ...fault, statusCode: 500 } }
  }
  logger.error({ err: error, operation, requestId: currentRequestId() }, 'an operation failed')
  const faultstring = 'The payment service has a problem. Ask again with the same reference.'
  return { Fault: { faultcode: 'soap:Server', faultstring, statusCode: 500 } }
}
