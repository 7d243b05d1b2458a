/**
 * Stand-ins for the two groups in tests of routes: canned answers, and a list of the calls that came.
 * A call nobody foresaw fails the test.
 */
import { AppError } from '../../common/errors.ts'
import type { Account__Output } from '../../db-customers/api.ts'
import type { Item__Output } from '../../db-products/api.ts'
import type { Customers, Groups, Products } from '../groups.ts'

export type RecordedCall = { readonly method: string; readonly request: unknown }

export type FakeGroups = Groups & {
  readonly calls: RecordedCall[]
  /** The requests of one method, in order. */
  requestsOf(method: string): readonly Record<string, unknown>[]
}

export function fakeGroups(
  customers: Partial<Customers> = {},
  products: Partial<Products> = {},
): FakeGroups {
  const calls: RecordedCall[] = []
  return {
    customers: recording<Customers>(customers, calls),
    products: recording<Products>(products, calls),
    calls,
    requestsOf: (wanted) =>
      calls
        .filter(({ method }) => method === wanted)
        .map(({ request }) => request as Record<string, unknown>),
  }
}

/** Every call is refused with UNAVAILABLE: whatever a server passes on to the groups ends there. */
export function goneGroups(): FakeGroups {
  const gone = new Proxy({}, { get: () => () => Promise.reject(new AppError('UNAVAILABLE')) })
  return fakeGroups(gone, gone)
}

type Call = (request: unknown, options: unknown) => Promise<unknown>

function recording<Group extends object>(answers: Partial<Group>, calls: RecordedCall[]): Group {
  return new Proxy(answers, {
    get(target, method) {
      return (request: unknown, options: unknown) => {
        calls.push({ method: String(method), request })
        const answer = Reflect.get(target, method) as Call | undefined
        if (answer !== undefined) return answer(request, options)
        return Promise.reject(new Error(`no answer was foreseen for ${String(method)}`))
      }
    },
  }) as Group
}

export function account(fields: Partial<Account__Output> = {}): Account__Output {
  return {
    id: 7,
    role: 'SELLER',
    username: 'ada',
    name: 'Ada',
    itemsPurchased: 0,
    createdAtMs: 1_000,
    ...fields,
  }
}

export function item(fields: Partial<Item__Output> = {}): Item__Output {
  return {
    id: '3-1',
    sellerId: 7,
    name: 'Red shoe',
    category: 3,
    keywords: ['red', 'shoe'],
    condition: 'NEW',
    price: { amount: 1999, currency: 'USD' },
    quantity: 5,
    up: 0,
    down: 0,
    version: 1,
    createdAtMs: 1_000,
    ...fields,
  }
}

/** A session that is good and was used a moment ago. */
export function goodSession(holder: Account__Output = account()): Pick<Customers, 'checkSession'> {
  return {
    checkSession: async () => ({
      account: holder,
      needsTouch: false,
      idleTimeoutSeconds: 300,
      lastActivityMs: 1_000,
      replayed: false,
    }),
  }
}
