// Original file: replication/operator/group.proto


export interface Promote {
  'id'?: (number);
}

export interface Promote__Output {
  'id': (number);
}
