// Original file: db-customers/customers.proto


export interface WriteContext {
  'requestId'?: (string);
  'fingerprint'?: (string);
  'keepForADay'?: (boolean);
}

export interface WriteContext__Output {
  'requestId': (string);
  'fingerprint': (string);
  'keepForADay': (boolean);
}
