/** A seller server: `node dist/seller/server.js --index 0`. Composition only. */
import { addAccountOperations } from '../shop/account-operations.ts'
import { account } from '../shop/bodies.ts'
import { createPasswords } from '../shop/passwords.ts'
import { groupsReadiness } from '../shop/readiness.ts'
import { createShopApp, openShopProcess, serveShop } from '../shop/server.ts'
import { createSessions } from '../shop/sessions.ts'
import { accountBody } from '../shop/wire.ts'
import { addSellerOperations } from './operations.ts'

const shop = openShopProcess('seller')
const { config, groups } = shop
const sessions = createSessions(groups.customers, 'SELLER')
const passwords = await createPasswords(config.argon2)

const app = createShopApp({
  ...shop,
  role: 'seller',
  readiness: groupsReadiness(groups),
  addOperations(api) {
    const accounts = { customers: groups.customers, sessions, passwords, config }
    addAccountOperations(api, { ...accounts, role: 'SELLER', body: accountBody, schema: account })
    addSellerOperations(api, { groups, sessions, config })
  },
})

await serveShop(shop, app)
