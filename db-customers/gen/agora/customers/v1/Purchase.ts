// Original file: db-customers/customers.proto

import type { PurchaseState as _agora_customers_v1_PurchaseState, PurchaseState__Output as _agora_customers_v1_PurchaseState__Output } from '../../../agora/customers/v1/PurchaseState.ts';
import type { PurchaseLine as _agora_customers_v1_PurchaseLine, PurchaseLine__Output as _agora_customers_v1_PurchaseLine__Output } from '../../../agora/customers/v1/PurchaseLine.ts';
import type { Money as _agora_customers_v1_Money, Money__Output as _agora_customers_v1_Money__Output } from '../../../agora/customers/v1/Money.ts';
import type { Transition as _agora_customers_v1_Transition, Transition__Output as _agora_customers_v1_Transition__Output } from '../../../agora/customers/v1/Transition.ts';
import type { Long } from '@grpc/proto-loader';

export interface Purchase {
  'id'?: (string);
  'buyerId'?: (number | string | Long);
  'state'?: (_agora_customers_v1_PurchaseState);
  'lines'?: (_agora_customers_v1_PurchaseLine)[];
  'total'?: (_agora_customers_v1_Money | null);
  'cardLast4'?: (string);
  'authorizationId'?: (string);
  'failureCode'?: (string);
  'failureMessage'?: (string);
  'transitions'?: (_agora_customers_v1_Transition)[];
  'claim'?: (number | string | Long);
  'claimedBy'?: (string);
  'claimExpiresAtMs'?: (number | string | Long);
}

export interface Purchase__Output {
  'id': (string);
  'buyerId': (number);
  'state': (_agora_customers_v1_PurchaseState__Output);
  'lines': (_agora_customers_v1_PurchaseLine__Output)[];
  'total': (_agora_customers_v1_Money__Output | null);
  'cardLast4': (string);
  'authorizationId': (string);
  'failureCode': (string);
  'failureMessage': (string);
  'transitions': (_agora_customers_v1_Transition__Output)[];
  'claim': (number);
  'claimedBy': (string);
  'claimExpiresAtMs': (number);
}
