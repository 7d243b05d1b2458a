/** ./agora buyer: its commands together. What they share with the seller's is in shop/cli. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { addAccountCommands } from '../shop/cli/accounts.ts'
import type { CliContext } from '../shop/cli/context.ts'
import { commandsOf } from '../shop/cli/program.ts'
import { type CliDefinition, type CliSurroundings, runCommandLine } from '../shop/cli/run.ts'
import { type BuyerClient, createBuyerClient } from './api.ts'
import { addCartCommands, unitsIn } from './cli-cart.ts'
import { addPurchaseCommands } from './cli-purchases.ts'
import { addShoppingCommands } from './cli-shopping.ts'

/** A prompt is not worth waiting longer for what is in the cart. */
const CART_WITHIN_MS = 500

const definition: CliDefinition<BuyerClient> = {
  role: 'buyer',
  createClient: createBuyerClient,
  addCommands,
  firstSteps: [
    'create-account bob',
    'search red shoe',
    'add 2-1 2',
    'cart',
    'buy',
    'feedback 2-1 up',
  ],
  beforePrompt: countCart,
}

export function runCli(words: readonly string[], surroundings: CliSurroundings): Promise<number> {
  return runCommandLine(definition, surroundings, words)
}

/** For shell completion. */
export const commands = () => commandsOf(definition)

function addCommands(program: Command, context: () => CliContext<BuyerClient>): void {
  addAccountCommands(program, context)
  addShoppingCommands(program, context)
  addCartCommands(program, context)
  addPurchaseCommands(program, context)
}

/** After a login the cart may be a saved one; after a purchase it may have changed elsewhere. */
async function countCart(context: CliContext<BuyerClient>): Promise<void> {
  const { client, username, unitsInCart } = context
  if (username === undefined || unitsInCart !== undefined) return
  const asked = client.cart().then(
    (cart) => {
      context.unitsInCart = unitsIn(cart)
    },
    // The next command says what is wrong; the prompt goes without the number.
    () => undefined,
  )
  await Promise.race([asked, sleep(CART_WITHIN_MS)])
}
