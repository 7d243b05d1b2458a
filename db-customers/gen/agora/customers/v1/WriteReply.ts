// Original file: db-customers/customers.proto


export interface WriteReply {
  'replayed'?: (boolean);
}

export interface WriteReply__Output {
  'replayed': (boolean);
}
