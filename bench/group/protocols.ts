/** The protocols whose groups can be measured. */
import type { GroupProtocol } from './group.ts'

export const raft: GroupProtocol = {
  program: 'dist/bench/raft/replica.js',
  group: 'products',
  membersVariable: 'PRODUCT_DBS',
  isLed: true,
  ordersWrites: ({ protocolDetails }) => protocolDetails.role === 'leader',
  epoch: ({ protocolDetails }) => protocolDetails.term,
}

/** Nobody leads: all members of the view take writes alike. */
export const sequencer: GroupProtocol = {
  program: 'dist/bench/broadcast/replica.js',
  group: 'customers',
  membersVariable: 'CUSTOMER_DBS',
  isLed: false,
  ordersWrites: ({ protocolDetails }) => protocolDetails.state === 'operational',
  epoch: ({ protocolDetails }) => protocolDetails.viewId,
}
