// Original file: platform/rpc/calls.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Answer as _agora_rpc_v1_Answer, Answer__Output as _agora_rpc_v1_Answer__Output } from '../../../agora/rpc/v1/Answer.ts';
import type { Call as _agora_rpc_v1_Call, Call__Output as _agora_rpc_v1_Call__Output } from '../../../agora/rpc/v1/Call.ts';

export interface CallsClient extends grpc.Client {
  Open(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_agora_rpc_v1_Call, _agora_rpc_v1_Answer__Output>;
  Open(options?: grpc.CallOptions): grpc.ClientDuplexStream<_agora_rpc_v1_Call, _agora_rpc_v1_Answer__Output>;
  open(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_agora_rpc_v1_Call, _agora_rpc_v1_Answer__Output>;
  open(options?: grpc.CallOptions): grpc.ClientDuplexStream<_agora_rpc_v1_Call, _agora_rpc_v1_Answer__Output>;
  
}

export interface CallsHandlers extends grpc.UntypedServiceImplementation {
  Open: grpc.handleBidiStreamingCall<_agora_rpc_v1_Call__Output, _agora_rpc_v1_Answer>;
  
}

export interface CallsDefinition extends grpc.ServiceDefinition {
  Open: MethodDefinition<_agora_rpc_v1_Call, _agora_rpc_v1_Answer, _agora_rpc_v1_Call__Output, _agora_rpc_v1_Answer__Output>
}
