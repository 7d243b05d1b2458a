/** The commands that show and change the cart. */
import type { Command } from 'commander'
import { formatMoney } from '../common/money.ts'
import { wholeNumber } from '../shop/cli/accounts.ts'
import type { CliContext } from '../shop/cli/context.ts'
import { money, printTable, say, type ShownColumn } from '../shop/cli/output.ts'
import { examples } from '../shop/cli/program.ts'
import type { BuyerClient, CartBody, CartLineBody } from './api.ts'

type Context = CliContext<BuyerClient>

const cartColumns: readonly ShownColumn<CartLineBody>[] = [
  { title: 'item', value: ({ itemId }) => itemId, idOf: 'item' },
  { title: 'name', value: ({ name }) => name, mayCut: true },
  { title: 'units', value: ({ quantity }) => String(quantity), align: 'right' },
  { title: 'price', value: ({ price }) => money(price), align: 'right' },
  {
    title: 'sum',
    value: ({ price, quantity }) => formatMoney({ ...price, amount: price.amount * quantity }),
    align: 'right',
  },
]

export function addCartCommands(program: Command, context: () => Context): void {
  const changed = async (change: (client: BuyerClient) => Promise<CartBody>): Promise<void> =>
    printCart(context(), await change(context().client))

  program.commandsGroup('Cart:')
  program
    .command('cart')
    .description('what is in the cart')
    .action(() => changed((client) => client.cart()))
  program
    .command('add')
    .argument('<item>')
    .argument('[units]', '1 when left out', wholeNumber(1))
    .description('add units of an item')
    .addHelpText('after', examples('add 2-1', 'add 2-1 3'))
    .action((itemId: string, units = 1) => changed((client) => client.addToCart(itemId, units)))
  program
    .command('remove')
    .argument('<item>')
    .argument('[units]', 'all when left out', wholeNumber(1))
    .description('take units of an item out')
    .addHelpText('after', examples('remove 2-1', 'remove 2-1 1'))
    .action((itemId: string, units?: number) =>
      changed((client) => client.removeFromCart(itemId, units)),
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

export function unitsIn({ lines }: CartBody): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0)
}

function printCart(context: Context, cart: CartBody): void {
  context.unitsInCart = unitsIn(cart)
  printTable(context, cart, cart.lines, cartColumns, 'The cart is empty.')
  if (context.json) return
  if (cart.lines.length > 0) say(`Total ${money(cart.total)}${cart.saved ? ', saved' : ''}`)
  for (const { message } of cart.problems) say(`! ${message}`)
  if (cart.purchaseId !== null) say(`Purchase ${cart.purchaseId} of it is under way.`)
}
