// Original file: db-customers/customers.proto

import type { Long } from '@grpc/proto-loader';

export interface CreationLimit {
  'attemptsLeft'?: (number);
  'retryAfterMs'?: (number | string | Long);
  'answered'?: (boolean);
}

export interface CreationLimit__Output {
  'attemptsLeft': (number);
  'retryAfterMs': (number);
  'answered': (boolean);
}
