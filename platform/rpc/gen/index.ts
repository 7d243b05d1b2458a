// Original file: platform/rpc/calls.proto

export type * from './calls.ts'
export type * from './agora/rpc/v1/Answer.ts'
export type * from './agora/rpc/v1/Call.ts'
export type * from './agora/rpc/v1/Calls.ts'
