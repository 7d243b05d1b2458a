// Original file: platform/rpc/calls.proto


export interface Call {
  'id'?: (number);
  'method'?: (string);
  'timeoutMs'?: (number);
  'requestId'?: (string);
  'request'?: (Buffer | Uint8Array | string);
}

export interface Call__Output {
  'id': (number);
  'method': (string);
  'timeoutMs': (number);
  'requestId': (string);
  'request': (Buffer);
}
