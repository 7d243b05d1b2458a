/**
 * A member of a group that is measured, under the rotating sequencer:
 * `node dist/bench/broadcast/replica.js --id 0 --apply none`.
 */
import { loadConfigOrExit } from '../../platform/config.ts'
import { runReplica } from '../../replication/replica/run.ts'
import { openSequencer } from '../../replication/transport/udp-sequencer.ts'
import { endWithParent, measuredReplica } from '../group/replica-plan.ts'

const config = loadConfigOrExit()
endWithParent()
const group = 'customers'
await runReplica(
  measuredReplica(config, {
    group,
    protocolName: 'sequencer',
    members: config.customerDbs,
    openProtocol: (seat) => openSequencer(group, seat),
  }),
)
