// Original file: platform/rpc/calls.proto


export interface Answer {
  'id'?: (number);
  'reply'?: (Buffer | Uint8Array | string);
  'error'?: (Buffer | Uint8Array | string);
  'result'?: "reply"|"error";
}

export interface Answer__Output {
  'id': (number);
  'reply'?: (Buffer);
  'error'?: (Buffer);
  'result'?: "reply"|"error";
}
