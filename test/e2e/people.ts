/** Sellers and buyers with an account, logged in. */
import { randomBytes } from 'node:crypto'
import axios from 'axios'
import { createBuyerClient, type BuyerClient, type CardRequest } from '../../buyer/api.ts'
import type { ReadyReport } from '../../launcher/up.ts'
import { API_KEY_HEADER } from '../../payment-soap/client.ts'
import { createSellerClient, type SellerClient } from '../../seller/api.ts'
import type { PageBody } from '../../shop/bodies.ts'

export const password = 'correct horse battery'
export const goodCard: CardRequest = {
  name: 'Test Buyer',
  number: '4242424242424242',
  expiration: '12/39',
  securityCode: '123',
}
export const decliningCard: CardRequest = { ...goodCard, number: '4000000000000002' }

export const usd = (amount: number) => ({ amount, currency: 'USD' }) as const

export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString('hex')}`
}

export async function newSeller(
  report: ReadyReport,
  name = uniqueName('s'),
): Promise<SellerClient> {
  const client = createSellerClient({ servers: report.sellers })
  await client.createAccount({ username: name, password })
  await client.login({ username: name, password })
  return client
}

export async function newBuyer(report: ReadyReport, name = uniqueName('b')): Promise<BuyerClient> {
  const client = createBuyerClient({ servers: report.buyers })
  await client.createAccount({ username: name, password })
  await client.login({ username: name, password })
  return client
}

export const lamp = {
  name: 'Desk Lamp',
  category: 4,
  keywords: ['lamp', 'desk'],
  condition: 'new',
  price: usd(4_490),
  quantity: 5,
} as const

export type LedgerEntry = {
  readonly reference: string
  readonly status: string
  readonly amount: number
}

/** What the payment service has in its books. From another machine it takes the key. */
export async function readLedger(
  report: Pick<ReadyReport, 'payment'>,
  apiKey?: string,
): Promise<LedgerEntry[]> {
  const headers = apiKey === undefined ? {} : { [API_KEY_HEADER]: apiKey }
  const answer = await axios.get<{ payments: LedgerEntry[] }>(
    new URL('/ledger', report.payment).href,
    { headers },
  )
  return answer.data.payments
}

/** Every page of a list. */
export async function allPages<Entry>(
  first: PageBody<Entry>,
  nextPage: (next: string) => Promise<PageBody<Entry>>,
): Promise<Entry[]> {
  const entries = [...first.items]
  for (let { next } = first; next !== null; ) {
    const page = await nextPage(next)
    entries.push(...page.items)
    next = page.next
  }
  return entries
}
