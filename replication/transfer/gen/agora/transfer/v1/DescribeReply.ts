// Original file: replication/transfer/transfer.proto

import type { Preparing as _agora_transfer_v1_Preparing, Preparing__Output as _agora_transfer_v1_Preparing__Output } from '../../../agora/transfer/v1/Preparing.ts';

export interface DescribeReply {
  'manifest'?: (Buffer | Uint8Array | string);
  'preparing'?: (_agora_transfer_v1_Preparing | null);
  'answer'?: "manifest"|"preparing";
}

export interface DescribeReply__Output {
  'manifest'?: (Buffer);
  'preparing'?: (_agora_transfer_v1_Preparing__Output | null);
  'answer'?: "manifest"|"preparing";
}
