// Original file: db-products/products.proto


export interface StatusRequest {
  'metrics'?: (boolean);
}

export interface StatusRequest__Output {
  'metrics': (boolean);
}
