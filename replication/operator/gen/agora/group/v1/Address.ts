// Original file: replication/operator/group.proto


export interface Address {
  'host'?: (string);
  'port'?: (number);
}

export interface Address__Output {
  'host': (string);
  'port': (number);
}
