/** `--seed`: puts the demo sellers and their items into a marketplace through its REST servers. */
import { readFileSync } from 'node:fs'
import { progress } from '../platform/terminal/progress.ts'
import { createSellerClient, ApiProblem, type SellerClient } from '../seller/api.ts'
import { demoPassword, type DemoSeller, demoSellers } from './demo-data.ts'
import type { Cluster } from './environment.ts'
import { serverUrls } from './plan.ts'

const atOnce = 8

/** Does nothing when the demo sellers are there already. Says what it did on stderr. */
export async function seed({ config }: Cluster): Promise<void> {
  const servers = serverUrls(config).sellers
  const ca = config.tls && readFileSync(config.tls.caPath)
  const sellers = demoSellers()
  const startedAtMs = performance.now()
  const put = (seller: DemoSeller): Promise<number> =>
    stock(createSellerClient({ servers, ca, onCall }), seller, config.currency)
  const onCall = (): (() => void) => progress.begin(() => 'Putting up the demo items')
  const [first, ...others] = sellers
  // Alone, so that the first item of all is always the same: the examples of the command line are of 2-1.
  const ahead = first === undefined ? 0 : await put(first)
  const counts = [ahead, ...(await Promise.all(others.map(put)))]
  const items = counts.reduce((sum, count) => sum + count, 0)
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1)
  process.stderr.write(
    items === 0
      ? 'The demo items are there already.\n'
      : `Put up ${items} demo items of ${sellers.length} sellers in ${seconds} s ` +
          `(log in as ${sellers.map(({ username }) => username).join(', ')}; ` +
          `the password is ${demoPassword}).\n`,
  )
}

/**
 * Resolves with how many items were put up. Each has an idempotency key of its own, so that a seeding
 * that was interrupted can be run again.
 */
async function stock(client: SellerClient, seller: DemoSeller, currency: string): Promise<number> {
  const { username, name, items } = seller
  try {
    await client.createAccount({ username, name, password: demoPassword })
  } catch (error) {
    if (!(error instanceof ApiProblem && error.code === 'USERNAME_TAKEN')) throw error
  }
  await client.login({ username, password: demoPassword })
  const missing = (await countItems(client, items.length)) < items.length ? items : []
  for (let from = 0, size = 1; from < missing.length; from += size, size = atOnce) {
    await Promise.all(
      missing.slice(from, from + size).map(({ amount, ...item }, offset) => {
        const idempotencyKey = `seed-${username}-${from + offset}`
        return client.createItem({ ...item, price: { amount, currency } }, { idempotencyKey })
      }),
    )
  }
  await client.logout()
  client.close()
  return missing.length
}

async function countItems(client: SellerClient, most: number): Promise<number> {
  let page = await client.listItems({ limit: 100 })
  let count = page.items.length
  while (page.next !== null && count < most) {
    page = await client.nextPage(page.next)
    count += page.items.length
  }
  return Math.min(count, most)
}
