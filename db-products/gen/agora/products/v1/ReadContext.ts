// Original file: db-products/products.proto


export interface ReadContext {
  'local'?: (boolean);
}

export interface ReadContext__Output {
  'local': (boolean);
}
