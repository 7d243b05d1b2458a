/** The rules of docs/domain.md, through the servers of one small cluster that is configured as by default. */
import { afterAll, beforeAll, describe } from 'vitest'
import { startCluster, type TestCluster } from './cluster.ts'
import { accountRules } from './rules/accounts.ts'
import { cartRules } from './rules/carts.ts'
import { itemRules, searchRules } from './rules/items.ts'
import { purchaseRules } from './rules/purchases.ts'
import { repeatRules } from './rules/repeats.ts'

let cluster: TestCluster

beforeAll(async () => {
  const flags = ['--customers', '3', '--products', '3', '--sellers', '2', '--buyers', '2']
  // Cheap hashes: the tests make hundreds of accounts.
  const environment = { ARGON2_MEMORY_KIB: '1024', ARGON2_ITERATIONS: '2' }
  cluster = await startCluster({ basePort: 22_000, flags, environment })
})
afterAll(async () => {
  await cluster?.remove()
})

const here = (): TestCluster => cluster

describe('accounts and sessions', () => accountRules(here))
describe('items', () => itemRules(here))
describe('search', () => searchRules(here))
describe('the cart', () => cartRules(here))
describe('a purchase', () => purchaseRules(here))
describe('a repeated request', () => repeatRules(here))
