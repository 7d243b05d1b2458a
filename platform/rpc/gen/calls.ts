import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Answer as _agora_rpc_v1_Answer, Answer__Output as _agora_rpc_v1_Answer__Output } from './agora/rpc/v1/Answer.ts';
import type { Call as _agora_rpc_v1_Call, Call__Output as _agora_rpc_v1_Call__Output } from './agora/rpc/v1/Call.ts';
import type { CallsClient as _agora_rpc_v1_CallsClient, CallsDefinition as _agora_rpc_v1_CallsDefinition } from './agora/rpc/v1/Calls.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  agora: {
    rpc: {
      v1: {
        Answer: MessageTypeDefinition<_agora_rpc_v1_Answer, _agora_rpc_v1_Answer__Output>
        Call: MessageTypeDefinition<_agora_rpc_v1_Call, _agora_rpc_v1_Call__Output>
        Calls: SubtypeConstructor<typeof grpc.Client, _agora_rpc_v1_CallsClient> & { service: _agora_rpc_v1_CallsDefinition }
      }
    }
  }
}

