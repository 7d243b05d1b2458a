/**
 * Buying, for someone who watches: when it takes its time (payment may be down, and a server answers
 * after 10 s at the latest), which purchase it is and what it waits for.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { PurchaseState } from '../common/purchase-states.ts'
import type { CliContext } from '../shop/cli/context.ts'
import { asTyped } from '../shop/cli/context.ts'
import { say } from '../shop/cli/output.ts'
import type { BuyerClient, CardRequest, PurchaseBody } from './api.ts'

const FIRST_LOOK_MS = 1_000
const POLL_MS = 1_000

/** Throws what `buy` throws. */
export async function buyAndTell(
  context: CliContext<BuyerClient>,
  card: CardRequest,
): Promise<PurchaseBody> {
  // Bought or not: what is in the cart has to be asked for again.
  context.unitsInCart = undefined
  const settled = new AbortController()
  void tellAbout(context, settled.signal)
  try {
    return await context.client.buy(card)
  } finally {
    settled.abort()
    context.waitingFor = undefined
  }
}

/** Says the purchase's id, then each state it gets into, until the signal. */
async function tellAbout(context: CliContext<BuyerClient>, settled: AbortSignal): Promise<void> {
  const { client } = context
  let purchaseId: string | undefined
  let state: PurchaseState | undefined
  try {
    await sleep(FIRST_LOOK_MS, undefined, { signal: settled })
    for (; !settled.aborted; await sleep(POLL_MS, undefined, { signal: settled })) {
      // An open purchase locks the cart, which names it.
      if (purchaseId === undefined) purchaseId = (await client.cart()).purchaseId ?? undefined
      if (purchaseId === undefined) continue
      const purchase = await client.getPurchase(purchaseId)
      if (settled.aborted || purchase.state === state) continue
      if (state === undefined) announce(context, purchase.id)
      state = purchase.state
      context.waitingFor = `Purchase ${purchase.id} is ${state}: ${waitingFor(state)}`
      say(`${context.waitingFor} …`)
    }
  } catch {
    // The end of the wait, or no answer: what there is to say about that, the purchase itself says.
  }
}

function announce(context: CliContext<BuyerClient>, id: string): void {
  context.seen.add('purchase', id)
  say(`This takes a moment. It goes on without you: ${asTyped(context, `purchase ${id}`)}`)
}

function waitingFor(state: PurchaseState): string {
  switch (state) {
    case 'pending':
      return 'waiting for its units to be reserved'
    case 'reserved':
      return 'waiting for the payment service'
    case 'paid':
      return 'charged, waiting for the sale to be recorded'
    case 'releasing':
      return 'giving its units back'
    case 'completed':
    case 'failed':
      return 'settled'
  }
}
