// Original file: replication/operator/group.proto

import type { Address as _agora_group_v1_Address, Address__Output as _agora_group_v1_Address__Output } from '../../../agora/group/v1/Address.ts';

export interface Replace {
  'id'?: (number);
  'address'?: (_agora_group_v1_Address | null);
}

export interface Replace__Output {
  'id': (number);
  'address': (_agora_group_v1_Address__Output | null);
}
