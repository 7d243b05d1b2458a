/** The commands that buy the cart and show what one has bought. */
import type { Command } from 'commander'
import { wholeNumber } from '../shop/cli/accounts.ts'
import type { CliContext } from '../shop/cli/context.ts'
import { UsageError } from '../shop/cli/failures.ts'
import {
  describeFields,
  money,
  printPage,
  printResult,
  say,
  type ShownColumn,
  shownTime,
} from '../shop/cli/output.ts'
import { examples } from '../shop/cli/program.ts'
import { ApiProblem, type BuyerClient, type PurchaseBody } from './api.ts'
import { readCard } from './card.ts'
import { unitsIn } from './cli-cart.ts'
import { buyAndTell } from './cli-waiting.ts'

type Context = CliContext<BuyerClient>

export const purchaseColumns: readonly ShownColumn<PurchaseBody>[] = [
  { title: 'purchase', value: ({ id }) => id, idOf: 'purchase' },
  { title: 'when', value: ({ transitions }) => shownTime(transitions[0]?.at ?? '') },
  { title: 'state', value: ({ state }) => state },
  { title: 'lines', value: ({ lines }) => String(lines.length), align: 'right', mayDrop: true },
  { title: 'total', value: ({ total }) => money(total), align: 'right' },
  { title: 'card', value: ({ card }) => `…${card.last4}` },
]

const cardFileHelp = 'JSON {name, number, expiration, securityCode}; - is standard input'

export function addPurchaseCommands(program: Command, context: () => Context): void {
  program.commandsGroup('Buying:')
  program
    .command('buy')
    .description('buy the whole cart by card; asks for the card')
    .option('--card-file <file>', cardFileHelp)
    .addHelpText('after', examples('buy', 'buy --card-file card.json'))
    .action(async ({ cardFile }) => {
      if (context().inPrompt && cardFile === '-') {
        throw new UsageError('Standard input is taken by the prompt: name a file.')
      }
      if (cardFile === undefined) await sayWhatIsBought(context())
      const card = await readCard(cardFile)
      const purchase = await buyAndTell(context(), card)
      context().seen.add('purchase', purchase.id)
      const text = `Bought for ${money(purchase.total)}; purchase ${purchase.id}.`
      printResult(context(), purchase, text)
    })

  program
    .command('purchases')
    .description('my purchases, newest first')
    .option('--limit <n>', 'at most so many', wholeNumber(1), 20)
    .action(async ({ limit }) => {
      const page = await context().client.listPurchases({ limit })
      printPage(context(), page, purchaseColumns, 'There are none yet.')
    })

  program
    .command('purchase <purchase>')
    .description('one of my purchases, step by step')
    .action(async (id: string) => {
      const purchase = await context().client.getPurchase(id)
      context().seen.add('purchase', purchase.id)
      printResult(context(), purchase, describePurchase(purchase))
    })
}

/** Before a card is asked for. Throws CART_EMPTY, as the purchase would. */
async function sayWhatIsBought({ client }: Context): Promise<void> {
  const cart = await client.cart()
  if (cart.lines.length === 0) {
    throw new ApiProblem(409, { code: 'CART_EMPTY', detail: 'The cart is empty.' })
  }
  const units = unitsIn(cart)
  say(`Buying ${units} ${units === 1 ? 'unit' : 'units'} for ${money(cart.total)}.`)
  for (const { message } of cart.problems) say(`! ${message}`)
}

function describePurchase(purchase: PurchaseBody): string {
  const lines = purchase.lines.map(
    ({ quantity, itemId, name, price }) =>
      `${quantity} × ${itemId} ${name ?? ''} at ${money(price)}`,
  )
  return describeFields({
    purchase: purchase.id,
    state: purchase.state,
    ...(purchase.failure === null ? {} : { failure: purchase.failure.message }),
    lines,
    total: money(purchase.total),
    card: `…${purchase.card.last4}`,
    steps: purchase.transitions.map(({ state, at }) => `${shownTime(at)} ${state}`),
  })
}
