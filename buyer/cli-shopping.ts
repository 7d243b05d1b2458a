/** The commands that find items, look at them and their sellers, and vote. */
import { type Command, Option } from 'commander'
import { parseAmount } from '../common/money.ts'
import type { ItemBody } from '../shop/bodies.ts'
import { wholeNumber } from '../shop/cli/accounts.ts'
import type { CliContext } from '../shop/cli/context.ts'
import { UsageError } from '../shop/cli/failures.ts'
import { describeItem, itemColumns, ratingText, votesText } from '../shop/cli/items.ts'
import { printPage, printResult, type ShownColumn } from '../shop/cli/output.ts'
import { pagePath } from '../shop/cli/paging.ts'
import { examples } from '../shop/cli/program.ts'
import type { BuyerClient, PurchaseBody } from './api.ts'
import { purchaseColumns } from './cli-purchases.ts'

type Context = CliContext<BuyerClient>

const offerColumns: readonly ShownColumn<ItemBody>[] = [
  ...itemColumns,
  {
    title: 'seller',
    value: ({ sellerId }) => String(sellerId),
    align: 'right',
    idOf: 'seller',
  },
]

export function addShoppingCommands(program: Command, context: () => Context): void {
  program.commandsGroup('Shopping:')
  program
    .command('search [keywords...]')
    .description('what is for sale; without keywords the newest')
    .option('--category <number>', '0 to 99', wholeNumber(0))
    .addOption(new Option('--condition <c>', 'only these').choices(['new', 'used']))
    .option('--min-price <amount>', 'as in 5.00')
    .option('--max-price <amount>', 'as in 50.00')
    .option('--limit <n>', 'at most so many', wholeNumber(1), 20)
    .addHelpText(
      'after',
      examples('search', 'search red shoe', 'search shoe --category 2 --max-price 100'),
    )
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
    .command('next [path]')
    .description('the next page of the list that was shown last, or of the one that named the path')
    .action(async (given?: string) => {
      const path = pagePath(context(), given)
      const { client } = context()
      if (path.startsWith('/v1/purchases')) {
        const page = await client.nextPage<PurchaseBody>(path)
        printPage(context(), page, purchaseColumns, 'No more.')
      } else {
        printPage(context(), await client.nextPage<ItemBody>(path), offerColumns, 'No more.')
      }
    })

  addLookingCommands(program, context)
}

function addLookingCommands(program: Command, context: () => Context): void {
  program
    .command('item <item>')
    .description('look at an item')
    .addHelpText('after', examples('item 2-1'))
    .action(async (itemId: string) => {
      const item = await context().client.getItem(itemId)
      context().seen.add('item', item.id)
      context().seen.add('seller', String(item.sellerId))
      printResult(context(), item, describeItem(item, { withSeller: true }))
    })

  program
    .command('rating')
    .argument('<seller>', 'the number that a search shows', wholeNumber(1))
    .description("a seller's votes and units sold")
    .addHelpText('after', examples('rating 7'))
    .action(async (seller: number) => {
      const rating = await context().client.sellerRating(seller)
      printResult(context(), rating, ratingText(rating))
    })

  program
    .command('feedback <item>')
    .addArgument(program.createArgument('<vote>', 'a thumb').choices(['up', 'down']))
    .description('a thumb up or down for an item that you have bought')
    .addHelpText('after', examples('feedback 2-1 up'))
    .action(async (itemId: string, vote: 'up' | 'down') => {
      const item = await context().client.giveFeedback(itemId, vote)
      const votes = votesText(item.feedback)
      printResult(context(), item, `${item.id} ${item.name} has ${votes} now.`)
    })
}

function optionalAmount(text: string | undefined, { currency }: Context): number | undefined {
  if (text === undefined) return undefined
  const amount = parseAmount(text, currency)
  if (amount === undefined) {
    throw new UsageError(`${text} is no amount of ${currency}, as in 19.99.`)
  }
  return amount
}
