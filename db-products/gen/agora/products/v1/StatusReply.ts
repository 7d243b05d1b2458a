// Original file: db-products/products.proto


export interface StatusReply {
  'json'?: (string);
  'metrics'?: (string);
}

export interface StatusReply__Output {
  'json': (string);
  'metrics': (string);
}
