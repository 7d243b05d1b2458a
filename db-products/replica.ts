/** What a replica of the products group is made of. Constructs; has no logic. */
import type { Config, Member } from '../platform/config.ts'
import type { RaftMessage } from '../replication/raft/types.ts'
import type { ReplicaPlan } from '../replication/replica/plan.ts'
import { openRaft } from '../replication/transport/grpc-raft.ts'
import { productsApplication } from './application.ts'
import type { ProductsCommand } from './commands/command.ts'
import { productsProto } from './definition.ts'
import { readSettings } from './search.ts'
import { productsService } from './service.ts'

const group = 'products'

export function productsReplica(
  config: Config,
  self: Member,
): ReplicaPlan<ProductsCommand, RaftMessage> {
  return {
    group,
    protocolName: 'raft',
    self,
    members: config.productDbs,
    config,
    application: productsApplication(),
    openProtocol: (seat) => openRaft(group, seat),
    service: productsService,
    readSettings,
    protoFiles: [productsProto],
  }
}
