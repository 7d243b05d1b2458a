/** The protocols whose groups can be measured. */
import type { GroupProtocol } from './group.ts'

export const raft: GroupProtocol = {
  program: 'dist/bench/raft/replica.js',
  group: 'products',
  membersVariable: 'PRODUCT_DBS',
  isLed: true,
  ordersWrites: ({ protocolDetails }) => protocolDetails.role === 'leader',
  logBegins: ({ protocolDetails }) => Number(protocolDetails.firstIndex ?? 1),
  epoch: ({ protocolDetails }) => protocolDetails.term,
}

/** Nobody leads: all members of the view take writes alike. */
export const sequencer: GroupProtocol = {
  program: 'dist/bench/broadcast/replica.js',
  group: 'customers',
  membersVariable: 'CUSTOMER_DBS',
  isLed: false,
  ordersWrites: ({ protocolDetails }) => protocolDetails.state === 'operational',
  logBegins: ({ protocolDetails }) => Number(protocolDetails.firstRetained ?? 0),
  epoch: ({ protocolDetails }) => protocolDetails.viewId,
}
