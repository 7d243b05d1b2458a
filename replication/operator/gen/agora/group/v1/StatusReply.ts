// Original file: replication/operator/group.proto


export interface StatusReply {
  'json'?: (string);
}

export interface StatusReply__Output {
  'json': (string);
}
