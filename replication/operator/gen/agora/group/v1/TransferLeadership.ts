// Original file: replication/operator/group.proto


export interface TransferLeadership {
  'to'?: (number);
  '_to'?: "to";
}

export interface TransferLeadership__Output {
  'to'?: (number);
  '_to'?: "to";
}
