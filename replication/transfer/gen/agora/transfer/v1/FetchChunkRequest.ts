// Original file: replication/transfer/transfer.proto


export interface FetchChunkRequest {
  'exportId'?: (string);
  'number'?: (number);
}

export interface FetchChunkRequest__Output {
  'exportId': (string);
  'number': (number);
}
