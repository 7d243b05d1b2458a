/**
 * The payments in memory, kept in step with the ledger: one decision per reference, told to nobody
 * before it is durable. It must not know SOAP.
 */
import { AppError } from '../common/errors.ts'
import { type ChargeRequest, chargeProblems, referenceProblems } from './card.ts'
import { Ledger } from './ledger.ts'
import {
  afterRecord,
  type DecisionRules,
  decideCharge,
  isVoidable,
  type LedgerRecord,
  type Payment,
} from './service.ts'

export type PaymentsOptions = DecisionRules & {
  /** The ledger's file. */
  readonly path: string
  /** The only one that is taken. */
  readonly currency: string
  readonly nowUnixMs: () => number
  /** Called once when the ledger cannot be written: stop the process. */
  readonly failed: (error: Error) => void
}

export class Payments {
  readonly #options: PaymentsOptions
  readonly #ledger: Ledger<LedgerRecord>
  readonly #payments = new Map<string, Payment>()

  private constructor(
    options: PaymentsOptions,
    ledger: Ledger<LedgerRecord>,
    records: readonly LedgerRecord[],
  ) {
    this.#options = options
    this.#ledger = ledger
    for (const record of records) this.#apply(record)
  }

  static async open(options: PaymentsOptions): Promise<Payments> {
    const { ledger, records } = await Ledger.open<LedgerRecord>(options.path, options.failed)
    return new Payments(options, ledger, records)
  }

  /**
   * Charges once: a repeat, at the same time or later, gets the first request's payment, `first` false.
   * INVALID_ARGUMENT when the request cannot be decided; OVERLOADED when the disk is far behind.
   */
  async process(request: ChargeRequest): Promise<{ payment: Payment; first: boolean }> {
    const known = this.#payments.get(request.reference)
    if (known !== undefined) return { payment: await this.#durable(known), first: false }
    const nowUnixMs = this.#options.nowUnixMs()
    refuse(chargeProblems(request, { currency: this.#options.currency, nowUnixMs }))
    const record = decideCharge(request, this.#options, nowUnixMs)
    return { payment: await this.#record(record), first: true }
  }

  /** Undefined when nobody has charged or voided it. */
  async get(reference: string): Promise<Payment | undefined> {
    refuse(referenceProblems(reference))
    const known = this.#payments.get(reference)
    return known === undefined ? undefined : await this.#durable(known)
  }

  /** Reverses what is approved, refuses what is unknown for good, leaves the rest as it is. */
  async void(reference: string): Promise<Payment> {
    refuse(referenceProblems(reference))
    const known = this.#payments.get(reference)
    if (known !== undefined && !isVoidable(known)) return await this.#durable(known)
    return await this.#record({ type: 'void', reference, atMs: this.#options.nowUnixMs() })
  }

  /** All payments, in the order of their first record. */
  async all(): Promise<Payment[]> {
    const payments = [...this.#payments.values()]
    await this.#ledger.settled()
    return payments
  }

  async close(): Promise<void> {
    await this.#ledger.close()
  }

  /** Decided as soon as it is in memory, so that there is one decision; told once it is durable. */
  async #record(record: LedgerRecord): Promise<Payment> {
    this.#ledger.assertRoom()
    const payment = this.#apply(record)
    await this.#ledger.append(record)
    return payment
  }

  async #durable(payment: Payment): Promise<Payment> {
    await this.#ledger.settled()
    return payment
  }

  #apply(record: LedgerRecord): Payment {
    const payment = afterRecord(this.#payments.get(record.reference), record)
    this.#payments.set(record.reference, payment)
    return payment
  }
}

function refuse(fields: ReturnType<typeof chargeProblems>): void {
  if (fields.length === 0) return
  const message = fields.map(({ path, message }) => `${path} ${message}`).join('; ')
  throw new AppError('INVALID_ARGUMENT', { definite: true, message, fields })
}
