// Original file: db-customers/customers.proto


export interface StatusRequest {
  'metrics'?: (boolean);
}

export interface StatusRequest__Output {
  'metrics': (boolean);
}
