// Original file: replication/transfer/transfer.proto

import type { Long } from '@grpc/proto-loader';

export interface DescribeRequest {
  'group'?: (string);
  'atLeast'?: (number | string | Long);
  'resume'?: (string);
}

export interface DescribeRequest__Output {
  'group': (string);
  'atLeast': (number);
  'resume': (string);
}
