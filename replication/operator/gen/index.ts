// Original file: replication/operator/group.proto

export type * from './group.ts'
export type * from './agora/group/v1/Add.ts'
export type * from './agora/group/v1/Address.ts'
export type * from './agora/group/v1/Administered.ts'
export type * from './agora/group/v1/Group.ts'
export type * from './agora/group/v1/GroupAction.ts'
export type * from './agora/group/v1/Promote.ts'
export type * from './agora/group/v1/Remove.ts'
export type * from './agora/group/v1/Replace.ts'
export type * from './agora/group/v1/StatusReply.ts'
export type * from './agora/group/v1/StatusRequest.ts'
export type * from './agora/group/v1/TransferLeadership.ts'
