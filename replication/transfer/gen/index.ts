// Original file: replication/transfer/transfer.proto

export type * from './transfer.ts'
export type * from './agora/transfer/v1/Chunk.ts'
export type * from './agora/transfer/v1/DescribeReply.ts'
export type * from './agora/transfer/v1/DescribeRequest.ts'
export type * from './agora/transfer/v1/FetchChunkReply.ts'
export type * from './agora/transfer/v1/FetchChunkRequest.ts'
export type * from './agora/transfer/v1/Forgotten.ts'
export type * from './agora/transfer/v1/Preparing.ts'
export type * from './agora/transfer/v1/StateTransfer.ts'
