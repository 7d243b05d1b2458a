// Original file: db-products/products.proto

import type { Long } from '@grpc/proto-loader';

export interface SellerRating {
  'sellerId'?: (number | string | Long);
  'up'?: (number | string | Long);
  'down'?: (number | string | Long);
  'itemsSold'?: (number | string | Long);
}

export interface SellerRating__Output {
  'sellerId': (number);
  'up': (number);
  'down': (number);
  'itemsSold': (number);
}
