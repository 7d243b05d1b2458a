/** ./agora seller: the seller's commands. What they share with the buyer's is in shop/cli. */
import { type Command, Option } from 'commander'
import { parseAmount } from '../common/money.ts'
import type { ItemBody } from '../shop/bodies.ts'
import { addAccountCommands, wholeNumber } from '../shop/cli/accounts.ts'
import { pagePath } from '../shop/cli/paging.ts'
import type { CliContext } from '../shop/cli/context.ts'
import { UsageError } from '../shop/cli/failures.ts'
import { describeItem, itemColumns, ratingText } from '../shop/cli/items.ts'
import { money, printPage, printResult, type ShownColumn, shownTime } from '../shop/cli/output.ts'
import { commandsOf, examples } from '../shop/cli/program.ts'
import { type CliDefinition, type CliSurroundings, runCommandLine } from '../shop/cli/run.ts'
import { createSellerClient, type SaleBody, type SellerClient } from './api.ts'

type Context = CliContext<SellerClient>

const saleColumns: readonly ShownColumn<SaleBody>[] = [
  { title: 'sold at', value: ({ soldAt }) => shownTime(soldAt) },
  { title: 'item', value: ({ itemId }) => itemId, idOf: 'item' },
  { title: 'name', value: ({ name }) => name, mayCut: true },
  { title: 'units', value: ({ quantity }) => String(quantity), align: 'right' },
  { title: 'price', value: ({ price }) => money(price), align: 'right' },
  { title: 'purchase', value: ({ purchaseId }) => purchaseId, mayDrop: true },
]

const definition: CliDefinition<SellerClient> = {
  role: 'seller',
  createClient: createSellerClient,
  addCommands,
  firstSteps: [
    'create-account ann',
    "put 'Trail Shoe' --category 2 --price 89.90 --quantity 5 --keyword shoe trail",
    'items',
    'sales',
  ],
}

export function runCli(words: readonly string[], surroundings: CliSurroundings): Promise<number> {
  return runCommandLine(definition, surroundings, words)
}

/** For shell completion. */
export const commands = () => commandsOf(definition)

function addCommands(program: Command, context: () => Context): void {
  addAccountCommands(program, context)
  addStockCommands(program, context)
  addReadingCommands(program, context)
}

function addStockCommands(program: Command, context: () => Context): void {
  program.commandsGroup('Selling:')
  program
    .command('put <name>')
    .description('put an item up for sale')
    .requiredOption('--category <number>', '0 to 99', wholeNumber(0))
    .requiredOption('--price <amount>', 'per unit, as in 19.99')
    .option('--quantity <units>', 'units for sale', wholeNumber(0), 1)
    .addOption(
      new Option('--condition <c>', 'its condition').choices(['new', 'used']).default('new'),
    )
    .option('--keyword <word...>', 'up to five, of at most eight characters', [])
    .addHelpText(
      'after',
      examples(
        "put 'Trail Shoe' --category 2 --price 89.90 --quantity 5 --keyword shoe trail",
        "put 'Old Lamp' --category 4 --price 12 --condition used",
      ),
    )
    .action(async (name: string, { category, price, quantity, condition, keyword }) => {
      const { client } = context()
      const { item } = await client.createItem({
        name,
        category,
        keywords: keyword,
        condition,
        price: amountOf(price, context()),
        quantity,
      })
      context().seen.add('item', item.id)
      const units = `${item.quantity} for sale at ${money(item.price)}`
      printResult(context(), item, `Item ${item.id}: ${item.name}, ${units}.`)
    })

  program
    .command('price <item> <amount>')
    .description('change the price of an item')
    .addHelpText('after', examples('price 2-1 19.99'))
    .action(async (itemId: string, amount: string) => {
      const { item } = await context().client.changePrice(itemId, amountOf(amount, context()))
      printResult(context(), item, `${item.id} ${item.name} costs ${money(item.price)} now.`)
    })

  program
    .command('units <item> <change>')
    .description('add units, or remove them with a negative number')
    .addHelpText('after', examples('units 2-1 5', 'units 2-1 -3'))
    .allowUnknownOption()
    .action(async (itemId: string, change: string) => {
      const units = Number(change)
      if (!Number.isSafeInteger(units) || units === 0) {
        throw new UsageError('The change is a whole number other than 0, as in 5 or -3.')
      }
      const { item } = await context().client.changeUnits(itemId, units)
      printResult(context(), item, `${item.id} ${item.name}: ${item.quantity} units for sale now.`)
    })
}

function addReadingCommands(program: Command, context: () => Context): void {
  program.commandsGroup('Looking:')
  program
    .command('items')
    .description('my items, newest first')
    .addOption(new Option('--on-sale', 'only those with units left').conflicts('soldOut'))
    .option('--sold-out', 'only those without')
    .addHelpText('after', examples('items', 'items --on-sale --limit 50', 'items --sold-out'))
    .option('--limit <n>', 'at most so many', wholeNumber(1), 20)
    .action(async ({ onSale, soldOut, limit }) => {
      const availability = onSale === true ? 'onSale' : soldOut === true ? 'soldOut' : 'all'
      const page = await context().client.listItems({ availability, limit })
      printPage(context(), page, itemColumns, 'There are none.')
    })

  program
    .command('item <item>')
    .description('one of my items')
    .action(async (itemId: string) => {
      const { item } = await context().client.getItem(itemId)
      printResult(context(), item, describeItem(item, { withSeller: false }))
    })

  program
    .command('sales')
    .description('what was sold, newest first')
    .option('--limit <n>', 'at most so many', wholeNumber(1), 20)
    .action(async ({ limit }) => {
      const page = await context().client.listSales({ limit })
      printPage(context(), page, saleColumns, 'Nothing has been sold yet.')
    })

  program
    .command('rating')
    .description('my votes and the number of units sold')
    .action(async () => {
      const rating = await context().client.rating()
      printResult(context(), rating, ratingText(rating))
    })

  program
    .command('next [path]')
    .description('the next page of the list that was shown last, or of the one that named the path')
    .action(async (given?: string) => {
      const path = pagePath(context(), given)
      const { client } = context()
      if (path.startsWith('/v1/sales'))
        printPage(context(), await client.nextPage<SaleBody>(path), saleColumns, 'No more.')
      else printPage(context(), await client.nextPage<ItemBody>(path), itemColumns, 'No more.')
    })
}

function amountOf(text: string, { currency }: Context) {
  const amount = parseAmount(text, currency)
  if (amount === undefined)
    throw new UsageError(`${text} is no amount of ${currency}, as in 19.99.`)
  return { amount, currency }
}
