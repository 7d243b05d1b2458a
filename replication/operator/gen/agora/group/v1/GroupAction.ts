// Original file: replication/operator/group.proto

import type { Add as _agora_group_v1_Add, Add__Output as _agora_group_v1_Add__Output } from '../../../agora/group/v1/Add.ts';
import type { Promote as _agora_group_v1_Promote, Promote__Output as _agora_group_v1_Promote__Output } from '../../../agora/group/v1/Promote.ts';
import type { Remove as _agora_group_v1_Remove, Remove__Output as _agora_group_v1_Remove__Output } from '../../../agora/group/v1/Remove.ts';
import type { Replace as _agora_group_v1_Replace, Replace__Output as _agora_group_v1_Replace__Output } from '../../../agora/group/v1/Replace.ts';
import type { TransferLeadership as _agora_group_v1_TransferLeadership, TransferLeadership__Output as _agora_group_v1_TransferLeadership__Output } from '../../../agora/group/v1/TransferLeadership.ts';

export interface GroupAction {
  'add'?: (_agora_group_v1_Add | null);
  'promote'?: (_agora_group_v1_Promote | null);
  'remove'?: (_agora_group_v1_Remove | null);
  'replace'?: (_agora_group_v1_Replace | null);
  'transfer'?: (_agora_group_v1_TransferLeadership | null);
  'action'?: "add"|"promote"|"remove"|"replace"|"transfer";
}

export interface GroupAction__Output {
  'add'?: (_agora_group_v1_Add__Output | null);
  'promote'?: (_agora_group_v1_Promote__Output | null);
  'remove'?: (_agora_group_v1_Remove__Output | null);
  'replace'?: (_agora_group_v1_Replace__Output | null);
  'transfer'?: (_agora_group_v1_TransferLeadership__Output | null);
  'action'?: "add"|"promote"|"remove"|"replace"|"transfer";
}
