/** One replica of the customers group as a process: `node dist/db-customers/main.js --id 0`. */
import { loadConfigOrExit } from '../platform/config.ts'
import { memberFromArguments } from '../replication/replica/arguments.ts'
import { runReplica } from '../replication/replica/run.ts'
import { customersReplica } from './replica.ts'

const config = loadConfigOrExit()
const self = memberFromArguments(config.customerDbs)
await runReplica(customersReplica(config, self))
