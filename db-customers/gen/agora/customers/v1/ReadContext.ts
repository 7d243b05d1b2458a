// Original file: db-customers/customers.proto


export interface ReadContext {
  'local'?: (boolean);
}

export interface ReadContext__Output {
  'local': (boolean);
}
