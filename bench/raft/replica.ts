/** A member of a group that is measured, under Raft: `node dist/bench/raft/replica.js --id 0 --apply none`. */
import { loadConfigOrExit } from '../../platform/config.ts'
import { runReplica } from '../../replication/replica/run.ts'
import { openRaft } from '../../replication/transport/grpc-raft.ts'
import { endWithParent, measuredReplica } from '../group/replica-plan.ts'

const config = loadConfigOrExit()
endWithParent()
const group = 'products'
await runReplica(
  measuredReplica(config, {
    group,
    protocolName: 'raft',
    members: config.productDbs,
    openProtocol: (seat) => openRaft(group, seat),
  }),
)
