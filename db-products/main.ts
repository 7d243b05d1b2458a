/** One replica of the products group as a process: `node dist/db-products/main.js --id 0`. */
import { loadConfigOrExit } from '../platform/config.ts'
import { memberFromArguments } from '../replication/replica/arguments.ts'
import { runReplica } from '../replication/replica/run.ts'
import { productsReplica } from './replica.ts'

const config = loadConfigOrExit()
const self = memberFromArguments(config.productDbs)
await runReplica(productsReplica(config, self))
