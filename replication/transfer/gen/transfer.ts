import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Chunk as _agora_transfer_v1_Chunk, Chunk__Output as _agora_transfer_v1_Chunk__Output } from './agora/transfer/v1/Chunk.ts';
import type { DescribeReply as _agora_transfer_v1_DescribeReply, DescribeReply__Output as _agora_transfer_v1_DescribeReply__Output } from './agora/transfer/v1/DescribeReply.ts';
import type { DescribeRequest as _agora_transfer_v1_DescribeRequest, DescribeRequest__Output as _agora_transfer_v1_DescribeRequest__Output } from './agora/transfer/v1/DescribeRequest.ts';
import type { FetchChunkReply as _agora_transfer_v1_FetchChunkReply, FetchChunkReply__Output as _agora_transfer_v1_FetchChunkReply__Output } from './agora/transfer/v1/FetchChunkReply.ts';
import type { FetchChunkRequest as _agora_transfer_v1_FetchChunkRequest, FetchChunkRequest__Output as _agora_transfer_v1_FetchChunkRequest__Output } from './agora/transfer/v1/FetchChunkRequest.ts';
import type { Forgotten as _agora_transfer_v1_Forgotten, Forgotten__Output as _agora_transfer_v1_Forgotten__Output } from './agora/transfer/v1/Forgotten.ts';
import type { Preparing as _agora_transfer_v1_Preparing, Preparing__Output as _agora_transfer_v1_Preparing__Output } from './agora/transfer/v1/Preparing.ts';
import type { StateTransferClient as _agora_transfer_v1_StateTransferClient, StateTransferDefinition as _agora_transfer_v1_StateTransferDefinition } from './agora/transfer/v1/StateTransfer.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  agora: {
    transfer: {
      v1: {
        Chunk: MessageTypeDefinition<_agora_transfer_v1_Chunk, _agora_transfer_v1_Chunk__Output>
        DescribeReply: MessageTypeDefinition<_agora_transfer_v1_DescribeReply, _agora_transfer_v1_DescribeReply__Output>
        DescribeRequest: MessageTypeDefinition<_agora_transfer_v1_DescribeRequest, _agora_transfer_v1_DescribeRequest__Output>
        FetchChunkReply: MessageTypeDefinition<_agora_transfer_v1_FetchChunkReply, _agora_transfer_v1_FetchChunkReply__Output>
        FetchChunkRequest: MessageTypeDefinition<_agora_transfer_v1_FetchChunkRequest, _agora_transfer_v1_FetchChunkRequest__Output>
        Forgotten: MessageTypeDefinition<_agora_transfer_v1_Forgotten, _agora_transfer_v1_Forgotten__Output>
        Preparing: MessageTypeDefinition<_agora_transfer_v1_Preparing, _agora_transfer_v1_Preparing__Output>
        StateTransfer: SubtypeConstructor<typeof grpc.Client, _agora_transfer_v1_StateTransferClient> & { service: _agora_transfer_v1_StateTransferDefinition }
      }
    }
  }
}

