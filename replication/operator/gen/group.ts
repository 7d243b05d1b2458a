import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Add as _agora_group_v1_Add, Add__Output as _agora_group_v1_Add__Output } from './agora/group/v1/Add.ts';
import type { Address as _agora_group_v1_Address, Address__Output as _agora_group_v1_Address__Output } from './agora/group/v1/Address.ts';
import type { Administered as _agora_group_v1_Administered, Administered__Output as _agora_group_v1_Administered__Output } from './agora/group/v1/Administered.ts';
import type { GroupClient as _agora_group_v1_GroupClient, GroupDefinition as _agora_group_v1_GroupDefinition } from './agora/group/v1/Group.ts';
import type { GroupAction as _agora_group_v1_GroupAction, GroupAction__Output as _agora_group_v1_GroupAction__Output } from './agora/group/v1/GroupAction.ts';
import type { Promote as _agora_group_v1_Promote, Promote__Output as _agora_group_v1_Promote__Output } from './agora/group/v1/Promote.ts';
import type { Remove as _agora_group_v1_Remove, Remove__Output as _agora_group_v1_Remove__Output } from './agora/group/v1/Remove.ts';
import type { Replace as _agora_group_v1_Replace, Replace__Output as _agora_group_v1_Replace__Output } from './agora/group/v1/Replace.ts';
import type { StatusReply as _agora_group_v1_StatusReply, StatusReply__Output as _agora_group_v1_StatusReply__Output } from './agora/group/v1/StatusReply.ts';
import type { StatusRequest as _agora_group_v1_StatusRequest, StatusRequest__Output as _agora_group_v1_StatusRequest__Output } from './agora/group/v1/StatusRequest.ts';
import type { TransferLeadership as _agora_group_v1_TransferLeadership, TransferLeadership__Output as _agora_group_v1_TransferLeadership__Output } from './agora/group/v1/TransferLeadership.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  agora: {
    group: {
      v1: {
        Add: MessageTypeDefinition<_agora_group_v1_Add, _agora_group_v1_Add__Output>
        Address: MessageTypeDefinition<_agora_group_v1_Address, _agora_group_v1_Address__Output>
        Administered: MessageTypeDefinition<_agora_group_v1_Administered, _agora_group_v1_Administered__Output>
        Group: SubtypeConstructor<typeof grpc.Client, _agora_group_v1_GroupClient> & { service: _agora_group_v1_GroupDefinition }
        GroupAction: MessageTypeDefinition<_agora_group_v1_GroupAction, _agora_group_v1_GroupAction__Output>
        Promote: MessageTypeDefinition<_agora_group_v1_Promote, _agora_group_v1_Promote__Output>
        Remove: MessageTypeDefinition<_agora_group_v1_Remove, _agora_group_v1_Remove__Output>
        Replace: MessageTypeDefinition<_agora_group_v1_Replace, _agora_group_v1_Replace__Output>
        StatusReply: MessageTypeDefinition<_agora_group_v1_StatusReply, _agora_group_v1_StatusReply__Output>
        StatusRequest: MessageTypeDefinition<_agora_group_v1_StatusRequest, _agora_group_v1_StatusRequest__Output>
        TransferLeadership: MessageTypeDefinition<_agora_group_v1_TransferLeadership, _agora_group_v1_TransferLeadership__Output>
      }
    }
  }
}

