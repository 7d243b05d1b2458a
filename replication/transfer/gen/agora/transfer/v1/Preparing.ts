// Original file: replication/transfer/transfer.proto

import type { Long } from '@grpc/proto-loader';

export interface Preparing {
  'sizeBytes'?: (number | string | Long);
}

export interface Preparing__Output {
  'sizeBytes': (number);
}
