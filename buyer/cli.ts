/** ./agora buyer: the buyer's commands. What they share with the seller's is in shop/cli. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { formatMoney, parseAmount } from '../common/money.ts'
import type { Column } from '../platform/terminal/table.ts'
import type { ItemBody } from '../shop/bodies.ts'
import { addAccountCommands, wholeNumber } from '../shop/cli/accounts.ts'
import {
  type CliContext,
  type ClusterAddresses,
  describeFields,
  money,
  printPage,
  printResult,
  printTable,
  say,
} from '../shop/cli/context.ts'
import { UsageError } from '../shop/cli/failures.ts'
import { describeItem, itemColumns, ratingText, votesText } from '../shop/cli/items.ts'
import { runCommandLine } from '../shop/cli/run.ts'
import {
  type BuyerClient,
  type CartBody,
  type CartLineBody,
  createBuyerClient,
  type PurchaseBody,
} from './api.ts'
import { readCard } from './card.ts'

type Context = CliContext<BuyerClient>

const offerColumns: readonly Column<ItemBody>[] = [
  ...itemColumns,
  { title: 'seller', value: ({ sellerId }) => String(sellerId), align: 'right' },
]

const cartColumns: readonly Column<CartLineBody>[] = [
  { title: 'item', value: ({ itemId }) => itemId },
  { title: 'name', value: ({ name }) => name },
  { title: 'units', value: ({ quantity }) => String(quantity), align: 'right' },
  { title: 'price', value: ({ price }) => money(price), align: 'right' },
  {
    title: 'sum',
    value: ({ price, quantity }) => formatMoney({ ...price, amount: price.amount * quantity }),
    align: 'right',
  },
]

const purchaseColumns: readonly Column<PurchaseBody>[] = [
  { title: 'purchase', value: ({ id }) => id },
  { title: 'when', value: ({ transitions }) => transitions[0]?.at ?? '' },
  { title: 'state', value: ({ state }) => state },
  { title: 'lines', value: ({ lines }) => String(lines.length), align: 'right' },
  { title: 'total', value: ({ total }) => money(total), align: 'right' },
  { title: 'card', value: ({ card }) => `…${card.last4}` },
]

export async function runCli(
  words: readonly string[],
  options: { locate: (dataDir: string | undefined) => ClusterAddresses; stateDir: string },
): Promise<number> {
  return await runCommandLine(
    {
      ...options,
      role: 'buyer',
      createClient: createBuyerClient,
      addCommands,
    },
    words,
  )
}

function addCommands(program: Command, context: () => Context): void {
  addAccountCommands(program, context)
  addShoppingCommands(program, context)
  addCartCommands(program, context)
  addPurchaseCommands(program, context)
}

function addShoppingCommands(program: Command, context: () => Context): void {
  program
    .command('search [keywords...]')
    .description('what is for sale; without keywords the newest')
    .option('--category <number>', '0 to 99', wholeNumber(0))
    .addOption(new Option('--condition <c>', 'only these').choices(['new', 'used']))
    .option('--min-price <amount>', 'as in 5.00')
    .option('--max-price <amount>', 'as in 50.00')
    .option('--limit <n>', 'at most so many', wholeNumber(1), 20)
    .addHelpText('after', '\nExample: search red shoe --category 2 --max-price 100')
    .action(async (keywords: string[], { category, condition, minPrice, maxPrice, limit }) => {
      const page = await context().client.search({
        keywords,
        category,
        condition,
        minPrice: optionalAmount(minPrice, context()),
        maxPrice: optionalAmount(maxPrice, context()),
        limit,
      })
      printPage(context(), page, offerColumns, 'Nothing was found.')
    })

  program
    .command('item <item>')
    .description('look at an item')
    .action(async (itemId: string) => {
      const item = await context().client.getItem(itemId)
      printResult(context(), item, describeItem(item, { withSeller: true }))
    })

  program
    .command('rating <seller>')
    .description("a seller's votes and units sold, by the seller's number")
    .action(async (seller: string) => {
      const rating = await context().client.sellerRating(wholeNumber(1)(seller))
      printResult(context(), rating, ratingText(rating))
    })

  program
    .command('feedback <item> <vote>')
    .description('a thumb up or down for an item that you have bought')
    .action(async (itemId: string, vote: string) => {
      if (vote !== 'up' && vote !== 'down') throw new UsageError('The vote is up or down.')
      const item = await context().client.giveFeedback(itemId, vote)
      const votes = votesText(item.feedback)
      printResult(context(), item, `${item.id} ${item.name} has ${votes} now.`)
    })

  program
    .command('next <path>')
    .description('the next page of a list, as the list printed it')
    .action(async (path: string) => {
      const { client } = context()
      if (path.startsWith('/v1/purchases')) {
        const page = await client.nextPage<PurchaseBody>(path)
        printPage(context(), page, purchaseColumns, 'No more.')
      } else {
        printPage(context(), await client.nextPage<ItemBody>(path), offerColumns, 'No more.')
      }
    })
}

function addCartCommands(program: Command, context: () => Context): void {
  const changed = async (change: (client: BuyerClient) => Promise<CartBody>): Promise<void> =>
    printCart(context(), await change(context().client))

  program
    .command('cart')
    .description('what is in the cart')
    .action(() => changed((client) => client.cart()))
  program
    .command('add <item> [units]')
    .description('add units of an item (1 when left out)')
    .action((itemId: string, units = '1') =>
      changed((client) => client.addToCart(itemId, wholeNumber(1)(units))),
    )
  program
    .command('remove <item> [units]')
    .description('take units out (all of them when left out)')
    .action((itemId: string, units?: string) =>
      changed((client) =>
        client.removeFromCart(itemId, units === undefined ? undefined : wholeNumber(1)(units)),
      ),
    )
  program
    .command('clear')
    .description('empty the cart')
    .action(() => changed((client) => client.clearCart()))
  program
    .command('save')
    .description('keep the cart beyond this session')
    .action(() => changed((client) => client.saveCart()))
  program
    .command('accept-prices')
    .description('take the present prices for those seen in the cart')
    .action(() => changed((client) => client.acceptPrices()))
}

function printCart(context: Context, cart: CartBody): void {
  printTable(context, cart, cart.lines, cartColumns, 'The cart is empty.')
  if (context.json) return
  if (cart.lines.length > 0) say(`Total ${money(cart.total)}${cart.saved ? ', saved' : ''}`)
  for (const { message } of cart.problems) say(`! ${message}`)
  if (cart.purchaseId !== null) say(`Purchase ${cart.purchaseId} of it is under way.`)
}

function addPurchaseCommands(program: Command, context: () => Context): void {
  program
    .command('buy')
    .description('buy the whole cart by card')
    .option(
      '--card-file <file>',
      'JSON {name, number, expiration, securityCode}; - is standard input',
    )
    .action(async ({ cardFile }) => {
      const card = await readCard(cardFile)
      const purchase = await context().client.buy(card)
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
    .command('purchase <id>')
    .description('one of my purchases, step by step')
    .action(async (id: string) => {
      const purchase = await context().client.getPurchase(id)
      const lines = purchase.lines.map(
        ({ quantity, itemId, name, price }) =>
          `${quantity} × ${itemId} ${name ?? ''} at ${money(price)}`,
      )
      const text = describeFields({
        purchase: purchase.id,
        state: purchase.state,
        ...(purchase.failure === null ? {} : { failure: purchase.failure.message }),
        lines: lines.join('; '),
        total: money(purchase.total),
        card: `…${purchase.card.last4}`,
        steps: purchase.transitions.map(({ state, at }) => `${state} ${at}`).join(', '),
      })
      printResult(context(), purchase, text)
    })
}

function optionalAmount(text: string | undefined, { currency }: Context): number | undefined {
  if (text === undefined) return undefined
  const amount = parseAmount(text, currency)
  if (amount === undefined) {
    throw new InvalidArgumentError(`${text} is no amount of ${currency}, as in 19.99.`)
  }
  return amount
}
