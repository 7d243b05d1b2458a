/** What a replica of the customers group is made of. Constructs; has no logic. */
import type { Config, Member } from '../platform/config.ts'
import type { ReplicaPlan } from '../replication/replica/plan.ts'
import type { SequencerMessage } from '../replication/sequencer/message.ts'
import { openSequencer } from '../replication/transport/udp-sequencer.ts'
import { customersApplication } from './application.ts'
import type { Body } from './commands/body.ts'
import { customersProto } from './definition.ts'
import { customersService } from './service.ts'

export function customersReplica(
  config: Config,
  self: Member,
): ReplicaPlan<Body, SequencerMessage> {
  const group = 'customers'
  return {
    group,
    protocolName: 'sequencer',
    self,
    members: config.customerDbs,
    config,
    application: customersApplication(),
    openProtocol: (seat) => openSequencer(group, seat),
    service: customersService,
    protoFiles: [customersProto],
  }
}
