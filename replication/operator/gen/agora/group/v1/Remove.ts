// Original file: replication/operator/group.proto


export interface Remove {
  'id'?: (number);
}

export interface Remove__Output {
  'id': (number);
}
