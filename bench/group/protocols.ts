/** The protocols whose groups can be measured. */
import type { GroupProtocol } from './group.ts'

export const raft: GroupProtocol = {
  program: 'dist/bench/raft/replica.js',
  group: 'products',
  membersVariable: 'PRODUCT_DBS',
  leads: ({ protocolDetails }) => protocolDetails.role === 'leader',
  epoch: ({ protocolDetails }) => protocolDetails.term,
}
