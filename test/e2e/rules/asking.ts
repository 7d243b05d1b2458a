/** What the tests of the rules share: calls at one server of one's choice, with status and headers. */
import { type BuyerClient, createBuyerClient } from '../../../buyer/api.ts'
import type { ReadyReport } from '../../../launcher/up.ts'
import type { ItemRequest, SellerClient } from '../../../seller/api.ts'
import { ApiProblem } from '../../../shop/api-problem.ts'
import type { ItemBody } from '../../../shop/bodies.ts'
import { type ApiAnswer, type ApiRequest, createApiClient } from '../../../shop/http-client.ts'
import { lamp, password, uniqueName } from '../people.ts'

export type Asked = {
  readonly status: number
  readonly code: string | undefined
  readonly body: unknown
  readonly headers: ApiAnswer<unknown>['headers']
  readonly isReplayed: boolean
  readonly retryAfterSeconds?: number | undefined
}

/** One request at one server; a refusal is a value as well. */
export async function ask(
  server: string,
  token: string | undefined,
  request: ApiRequest,
): Promise<Asked> {
  const client = createApiClient({ servers: [server], token, giveUpAfterMs: 12_000 })
  try {
    const { status, body, headers, isReplayed } = await client.request<unknown>(request)
    return { status, code: undefined, body, headers, isReplayed }
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    const { status, code, body, retryAfterSeconds } = error
    return { status, code, body, headers: {}, isReplayed: false, retryAfterSeconds }
  } finally {
    client.close()
  }
}

/** The code with which it is refused; fails when it is not. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ApiProblem)) throw error ?? new Error('it was not refused')
  return error.code
}

export async function buyerAgain(report: ReadyReport, username: string): Promise<BuyerClient> {
  const client = createBuyerClient({ servers: report.buyers })
  await client.login({ username, password })
  return client
}

/** A lamp like `lamp`, with a name of its own to be found by. */
export async function putUp(
  seller: SellerClient,
  change: Partial<ItemRequest> = {},
): Promise<ItemBody> {
  return (await seller.createItem({ ...lamp, name: uniqueName('lamp'), ...change })).item
}
