// Original file: replication/operator/group.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Administered as _agora_group_v1_Administered, Administered__Output as _agora_group_v1_Administered__Output } from '../../../agora/group/v1/Administered.ts';
import type { GroupAction as _agora_group_v1_GroupAction, GroupAction__Output as _agora_group_v1_GroupAction__Output } from '../../../agora/group/v1/GroupAction.ts';
import type { StatusReply as _agora_group_v1_StatusReply, StatusReply__Output as _agora_group_v1_StatusReply__Output } from '../../../agora/group/v1/StatusReply.ts';
import type { StatusRequest as _agora_group_v1_StatusRequest, StatusRequest__Output as _agora_group_v1_StatusRequest__Output } from '../../../agora/group/v1/StatusRequest.ts';

export interface GroupClient extends grpc.Client {
  Administer(argument: _agora_group_v1_GroupAction, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_group_v1_Administered__Output>): grpc.ClientUnaryCall;
  Administer(argument: _agora_group_v1_GroupAction, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_group_v1_Administered__Output>): grpc.ClientUnaryCall;
  Administer(argument: _agora_group_v1_GroupAction, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_group_v1_Administered__Output>): grpc.ClientUnaryCall;
  Administer(argument: _agora_group_v1_GroupAction, callback: grpc.requestCallback<_agora_group_v1_Administered__Output>): grpc.ClientUnaryCall;
  administer(argument: _agora_group_v1_GroupAction, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_group_v1_Administered__Output>): grpc.ClientUnaryCall;
  administer(argument: _agora_group_v1_GroupAction, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_group_v1_Administered__Output>): grpc.ClientUnaryCall;
  administer(argument: _agora_group_v1_GroupAction, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_group_v1_Administered__Output>): grpc.ClientUnaryCall;
  administer(argument: _agora_group_v1_GroupAction, callback: grpc.requestCallback<_agora_group_v1_Administered__Output>): grpc.ClientUnaryCall;
  
  GetStatus(argument: _agora_group_v1_StatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_group_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _agora_group_v1_StatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_group_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _agora_group_v1_StatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_group_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _agora_group_v1_StatusRequest, callback: grpc.requestCallback<_agora_group_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _agora_group_v1_StatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_group_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _agora_group_v1_StatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_group_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _agora_group_v1_StatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_group_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _agora_group_v1_StatusRequest, callback: grpc.requestCallback<_agora_group_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  
}

export interface GroupHandlers extends grpc.UntypedServiceImplementation {
  Administer: grpc.handleUnaryCall<_agora_group_v1_GroupAction__Output, _agora_group_v1_Administered>;
  
  GetStatus: grpc.handleUnaryCall<_agora_group_v1_StatusRequest__Output, _agora_group_v1_StatusReply>;
  
}

export interface GroupDefinition extends grpc.ServiceDefinition {
  Administer: MethodDefinition<_agora_group_v1_GroupAction, _agora_group_v1_Administered, _agora_group_v1_GroupAction__Output, _agora_group_v1_Administered__Output>
  GetStatus: MethodDefinition<_agora_group_v1_StatusRequest, _agora_group_v1_StatusReply, _agora_group_v1_StatusRequest__Output, _agora_group_v1_StatusReply__Output>
}
