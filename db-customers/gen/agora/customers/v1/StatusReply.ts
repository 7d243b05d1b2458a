// Original file: db-customers/customers.proto


export interface StatusReply {
  'json'?: (string);
}

export interface StatusReply__Output {
  'json': (string);
}
