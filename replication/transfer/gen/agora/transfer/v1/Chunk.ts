// Original file: replication/transfer/transfer.proto


export interface Chunk {
  'content'?: (Buffer | Uint8Array | string);
  'crc32'?: (number);
}

export interface Chunk__Output {
  'content': (Buffer);
  'crc32': (number);
}
