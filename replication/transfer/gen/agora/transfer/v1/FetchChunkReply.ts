// Original file: replication/transfer/transfer.proto

import type { Chunk as _agora_transfer_v1_Chunk, Chunk__Output as _agora_transfer_v1_Chunk__Output } from '../../../agora/transfer/v1/Chunk.ts';
import type { Forgotten as _agora_transfer_v1_Forgotten, Forgotten__Output as _agora_transfer_v1_Forgotten__Output } from '../../../agora/transfer/v1/Forgotten.ts';

export interface FetchChunkReply {
  'chunk'?: (_agora_transfer_v1_Chunk | null);
  'forgotten'?: (_agora_transfer_v1_Forgotten | null);
  'answer'?: "chunk"|"forgotten";
}

export interface FetchChunkReply__Output {
  'chunk'?: (_agora_transfer_v1_Chunk__Output | null);
  'forgotten'?: (_agora_transfer_v1_Forgotten__Output | null);
  'answer'?: "chunk"|"forgotten";
}
