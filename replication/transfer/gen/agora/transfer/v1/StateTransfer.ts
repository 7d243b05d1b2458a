// Original file: replication/transfer/transfer.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { DescribeReply as _agora_transfer_v1_DescribeReply, DescribeReply__Output as _agora_transfer_v1_DescribeReply__Output } from '../../../agora/transfer/v1/DescribeReply.ts';
import type { DescribeRequest as _agora_transfer_v1_DescribeRequest, DescribeRequest__Output as _agora_transfer_v1_DescribeRequest__Output } from '../../../agora/transfer/v1/DescribeRequest.ts';
import type { FetchChunkReply as _agora_transfer_v1_FetchChunkReply, FetchChunkReply__Output as _agora_transfer_v1_FetchChunkReply__Output } from '../../../agora/transfer/v1/FetchChunkReply.ts';
import type { FetchChunkRequest as _agora_transfer_v1_FetchChunkRequest, FetchChunkRequest__Output as _agora_transfer_v1_FetchChunkRequest__Output } from '../../../agora/transfer/v1/FetchChunkRequest.ts';

export interface StateTransferClient extends grpc.Client {
  Describe(argument: _agora_transfer_v1_DescribeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_transfer_v1_DescribeReply__Output>): grpc.ClientUnaryCall;
  Describe(argument: _agora_transfer_v1_DescribeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_transfer_v1_DescribeReply__Output>): grpc.ClientUnaryCall;
  Describe(argument: _agora_transfer_v1_DescribeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_transfer_v1_DescribeReply__Output>): grpc.ClientUnaryCall;
  Describe(argument: _agora_transfer_v1_DescribeRequest, callback: grpc.requestCallback<_agora_transfer_v1_DescribeReply__Output>): grpc.ClientUnaryCall;
  describe(argument: _agora_transfer_v1_DescribeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_transfer_v1_DescribeReply__Output>): grpc.ClientUnaryCall;
  describe(argument: _agora_transfer_v1_DescribeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_transfer_v1_DescribeReply__Output>): grpc.ClientUnaryCall;
  describe(argument: _agora_transfer_v1_DescribeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_transfer_v1_DescribeReply__Output>): grpc.ClientUnaryCall;
  describe(argument: _agora_transfer_v1_DescribeRequest, callback: grpc.requestCallback<_agora_transfer_v1_DescribeReply__Output>): grpc.ClientUnaryCall;
  
  FetchChunk(argument: _agora_transfer_v1_FetchChunkRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_transfer_v1_FetchChunkReply__Output>): grpc.ClientUnaryCall;
  FetchChunk(argument: _agora_transfer_v1_FetchChunkRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_transfer_v1_FetchChunkReply__Output>): grpc.ClientUnaryCall;
  FetchChunk(argument: _agora_transfer_v1_FetchChunkRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_transfer_v1_FetchChunkReply__Output>): grpc.ClientUnaryCall;
  FetchChunk(argument: _agora_transfer_v1_FetchChunkRequest, callback: grpc.requestCallback<_agora_transfer_v1_FetchChunkReply__Output>): grpc.ClientUnaryCall;
  fetchChunk(argument: _agora_transfer_v1_FetchChunkRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_transfer_v1_FetchChunkReply__Output>): grpc.ClientUnaryCall;
  fetchChunk(argument: _agora_transfer_v1_FetchChunkRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_transfer_v1_FetchChunkReply__Output>): grpc.ClientUnaryCall;
  fetchChunk(argument: _agora_transfer_v1_FetchChunkRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_transfer_v1_FetchChunkReply__Output>): grpc.ClientUnaryCall;
  fetchChunk(argument: _agora_transfer_v1_FetchChunkRequest, callback: grpc.requestCallback<_agora_transfer_v1_FetchChunkReply__Output>): grpc.ClientUnaryCall;
  
}

export interface StateTransferHandlers extends grpc.UntypedServiceImplementation {
  Describe: grpc.handleUnaryCall<_agora_transfer_v1_DescribeRequest__Output, _agora_transfer_v1_DescribeReply>;
  
  FetchChunk: grpc.handleUnaryCall<_agora_transfer_v1_FetchChunkRequest__Output, _agora_transfer_v1_FetchChunkReply>;
  
}

export interface StateTransferDefinition extends grpc.ServiceDefinition {
  Describe: MethodDefinition<_agora_transfer_v1_DescribeRequest, _agora_transfer_v1_DescribeReply, _agora_transfer_v1_DescribeRequest__Output, _agora_transfer_v1_DescribeReply__Output>
  FetchChunk: MethodDefinition<_agora_transfer_v1_FetchChunkRequest, _agora_transfer_v1_FetchChunkReply, _agora_transfer_v1_FetchChunkRequest__Output, _agora_transfer_v1_FetchChunkReply__Output>
}
