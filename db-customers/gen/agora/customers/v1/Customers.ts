// Original file: db-customers/customers.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AcceptCartPricesRequest as _agora_customers_v1_AcceptCartPricesRequest, AcceptCartPricesRequest__Output as _agora_customers_v1_AcceptCartPricesRequest__Output } from '../../../agora/customers/v1/AcceptCartPricesRequest.ts';
import type { AccountReply as _agora_customers_v1_AccountReply, AccountReply__Output as _agora_customers_v1_AccountReply__Output } from '../../../agora/customers/v1/AccountReply.ts';
import type { AddToCartRequest as _agora_customers_v1_AddToCartRequest, AddToCartRequest__Output as _agora_customers_v1_AddToCartRequest__Output } from '../../../agora/customers/v1/AddToCartRequest.ts';
import type { AdvancePurchaseRequest as _agora_customers_v1_AdvancePurchaseRequest, AdvancePurchaseRequest__Output as _agora_customers_v1_AdvancePurchaseRequest__Output } from '../../../agora/customers/v1/AdvancePurchaseRequest.ts';
import type { CartReply as _agora_customers_v1_CartReply, CartReply__Output as _agora_customers_v1_CartReply__Output } from '../../../agora/customers/v1/CartReply.ts';
import type { CartWriteRequest as _agora_customers_v1_CartWriteRequest, CartWriteRequest__Output as _agora_customers_v1_CartWriteRequest__Output } from '../../../agora/customers/v1/CartWriteRequest.ts';
import type { CheckSessionRequest as _agora_customers_v1_CheckSessionRequest, CheckSessionRequest__Output as _agora_customers_v1_CheckSessionRequest__Output } from '../../../agora/customers/v1/CheckSessionRequest.ts';
import type { ClaimPurchaseRequest as _agora_customers_v1_ClaimPurchaseRequest, ClaimPurchaseRequest__Output as _agora_customers_v1_ClaimPurchaseRequest__Output } from '../../../agora/customers/v1/ClaimPurchaseRequest.ts';
import type { CreateAccountRequest as _agora_customers_v1_CreateAccountRequest, CreateAccountRequest__Output as _agora_customers_v1_CreateAccountRequest__Output } from '../../../agora/customers/v1/CreateAccountRequest.ts';
import type { CreateSessionRequest as _agora_customers_v1_CreateSessionRequest, CreateSessionRequest__Output as _agora_customers_v1_CreateSessionRequest__Output } from '../../../agora/customers/v1/CreateSessionRequest.ts';
import type { CreationLimit as _agora_customers_v1_CreationLimit, CreationLimit__Output as _agora_customers_v1_CreationLimit__Output } from '../../../agora/customers/v1/CreationLimit.ts';
import type { Credentials as _agora_customers_v1_Credentials, Credentials__Output as _agora_customers_v1_Credentials__Output } from '../../../agora/customers/v1/Credentials.ts';
import type { EndSessionRequest as _agora_customers_v1_EndSessionRequest, EndSessionRequest__Output as _agora_customers_v1_EndSessionRequest__Output } from '../../../agora/customers/v1/EndSessionRequest.ts';
import type { GetAccountRequest as _agora_customers_v1_GetAccountRequest, GetAccountRequest__Output as _agora_customers_v1_GetAccountRequest__Output } from '../../../agora/customers/v1/GetAccountRequest.ts';
import type { GetCartRequest as _agora_customers_v1_GetCartRequest, GetCartRequest__Output as _agora_customers_v1_GetCartRequest__Output } from '../../../agora/customers/v1/GetCartRequest.ts';
import type { GetCreationLimitRequest as _agora_customers_v1_GetCreationLimitRequest, GetCreationLimitRequest__Output as _agora_customers_v1_GetCreationLimitRequest__Output } from '../../../agora/customers/v1/GetCreationLimitRequest.ts';
import type { GetCredentialsRequest as _agora_customers_v1_GetCredentialsRequest, GetCredentialsRequest__Output as _agora_customers_v1_GetCredentialsRequest__Output } from '../../../agora/customers/v1/GetCredentialsRequest.ts';
import type { GetPurchaseRequest as _agora_customers_v1_GetPurchaseRequest, GetPurchaseRequest__Output as _agora_customers_v1_GetPurchaseRequest__Output } from '../../../agora/customers/v1/GetPurchaseRequest.ts';
import type { ListPurchasesRequest as _agora_customers_v1_ListPurchasesRequest, ListPurchasesRequest__Output as _agora_customers_v1_ListPurchasesRequest__Output } from '../../../agora/customers/v1/ListPurchasesRequest.ts';
import type { ListStandingPurchasesRequest as _agora_customers_v1_ListStandingPurchasesRequest, ListStandingPurchasesRequest__Output as _agora_customers_v1_ListStandingPurchasesRequest__Output } from '../../../agora/customers/v1/ListStandingPurchasesRequest.ts';
import type { OpenPurchaseRequest as _agora_customers_v1_OpenPurchaseRequest, OpenPurchaseRequest__Output as _agora_customers_v1_OpenPurchaseRequest__Output } from '../../../agora/customers/v1/OpenPurchaseRequest.ts';
import type { PurchaseList as _agora_customers_v1_PurchaseList, PurchaseList__Output as _agora_customers_v1_PurchaseList__Output } from '../../../agora/customers/v1/PurchaseList.ts';
import type { PurchaseReply as _agora_customers_v1_PurchaseReply, PurchaseReply__Output as _agora_customers_v1_PurchaseReply__Output } from '../../../agora/customers/v1/PurchaseReply.ts';
import type { RecordFailedLoginRequest as _agora_customers_v1_RecordFailedLoginRequest, RecordFailedLoginRequest__Output as _agora_customers_v1_RecordFailedLoginRequest__Output } from '../../../agora/customers/v1/RecordFailedLoginRequest.ts';
import type { RemoveFromCartRequest as _agora_customers_v1_RemoveFromCartRequest, RemoveFromCartRequest__Output as _agora_customers_v1_RemoveFromCartRequest__Output } from '../../../agora/customers/v1/RemoveFromCartRequest.ts';
import type { SessionReply as _agora_customers_v1_SessionReply, SessionReply__Output as _agora_customers_v1_SessionReply__Output } from '../../../agora/customers/v1/SessionReply.ts';
import type { StatusReply as _agora_customers_v1_StatusReply, StatusReply__Output as _agora_customers_v1_StatusReply__Output } from '../../../agora/customers/v1/StatusReply.ts';
import type { StatusRequest as _agora_customers_v1_StatusRequest, StatusRequest__Output as _agora_customers_v1_StatusRequest__Output } from '../../../agora/customers/v1/StatusRequest.ts';
import type { TouchSessionRequest as _agora_customers_v1_TouchSessionRequest, TouchSessionRequest__Output as _agora_customers_v1_TouchSessionRequest__Output } from '../../../agora/customers/v1/TouchSessionRequest.ts';
import type { WriteReply as _agora_customers_v1_WriteReply, WriteReply__Output as _agora_customers_v1_WriteReply__Output } from '../../../agora/customers/v1/WriteReply.ts';

export interface CustomersClient extends grpc.Client {
  AcceptCartPrices(argument: _agora_customers_v1_AcceptCartPricesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  AcceptCartPrices(argument: _agora_customers_v1_AcceptCartPricesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  AcceptCartPrices(argument: _agora_customers_v1_AcceptCartPricesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  AcceptCartPrices(argument: _agora_customers_v1_AcceptCartPricesRequest, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  acceptCartPrices(argument: _agora_customers_v1_AcceptCartPricesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  acceptCartPrices(argument: _agora_customers_v1_AcceptCartPricesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  acceptCartPrices(argument: _agora_customers_v1_AcceptCartPricesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  acceptCartPrices(argument: _agora_customers_v1_AcceptCartPricesRequest, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  
  AddToCart(argument: _agora_customers_v1_AddToCartRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  AddToCart(argument: _agora_customers_v1_AddToCartRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  AddToCart(argument: _agora_customers_v1_AddToCartRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  AddToCart(argument: _agora_customers_v1_AddToCartRequest, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  addToCart(argument: _agora_customers_v1_AddToCartRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  addToCart(argument: _agora_customers_v1_AddToCartRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  addToCart(argument: _agora_customers_v1_AddToCartRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  addToCart(argument: _agora_customers_v1_AddToCartRequest, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  
  AdvancePurchase(argument: _agora_customers_v1_AdvancePurchaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  AdvancePurchase(argument: _agora_customers_v1_AdvancePurchaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  AdvancePurchase(argument: _agora_customers_v1_AdvancePurchaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  AdvancePurchase(argument: _agora_customers_v1_AdvancePurchaseRequest, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  advancePurchase(argument: _agora_customers_v1_AdvancePurchaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  advancePurchase(argument: _agora_customers_v1_AdvancePurchaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  advancePurchase(argument: _agora_customers_v1_AdvancePurchaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  advancePurchase(argument: _agora_customers_v1_AdvancePurchaseRequest, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  
  CheckSession(argument: _agora_customers_v1_CheckSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  CheckSession(argument: _agora_customers_v1_CheckSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  CheckSession(argument: _agora_customers_v1_CheckSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  CheckSession(argument: _agora_customers_v1_CheckSessionRequest, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  checkSession(argument: _agora_customers_v1_CheckSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  checkSession(argument: _agora_customers_v1_CheckSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  checkSession(argument: _agora_customers_v1_CheckSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  checkSession(argument: _agora_customers_v1_CheckSessionRequest, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  
  ClaimPurchase(argument: _agora_customers_v1_ClaimPurchaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  ClaimPurchase(argument: _agora_customers_v1_ClaimPurchaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  ClaimPurchase(argument: _agora_customers_v1_ClaimPurchaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  ClaimPurchase(argument: _agora_customers_v1_ClaimPurchaseRequest, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  claimPurchase(argument: _agora_customers_v1_ClaimPurchaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  claimPurchase(argument: _agora_customers_v1_ClaimPurchaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  claimPurchase(argument: _agora_customers_v1_ClaimPurchaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  claimPurchase(argument: _agora_customers_v1_ClaimPurchaseRequest, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  
  ClearCart(argument: _agora_customers_v1_CartWriteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  ClearCart(argument: _agora_customers_v1_CartWriteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  ClearCart(argument: _agora_customers_v1_CartWriteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  ClearCart(argument: _agora_customers_v1_CartWriteRequest, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  clearCart(argument: _agora_customers_v1_CartWriteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  clearCart(argument: _agora_customers_v1_CartWriteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  clearCart(argument: _agora_customers_v1_CartWriteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  clearCart(argument: _agora_customers_v1_CartWriteRequest, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  
  CreateAccount(argument: _agora_customers_v1_CreateAccountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  CreateAccount(argument: _agora_customers_v1_CreateAccountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  CreateAccount(argument: _agora_customers_v1_CreateAccountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  CreateAccount(argument: _agora_customers_v1_CreateAccountRequest, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  createAccount(argument: _agora_customers_v1_CreateAccountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  createAccount(argument: _agora_customers_v1_CreateAccountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  createAccount(argument: _agora_customers_v1_CreateAccountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  createAccount(argument: _agora_customers_v1_CreateAccountRequest, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  
  CreateSession(argument: _agora_customers_v1_CreateSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  CreateSession(argument: _agora_customers_v1_CreateSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  CreateSession(argument: _agora_customers_v1_CreateSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  CreateSession(argument: _agora_customers_v1_CreateSessionRequest, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  createSession(argument: _agora_customers_v1_CreateSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  createSession(argument: _agora_customers_v1_CreateSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  createSession(argument: _agora_customers_v1_CreateSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  createSession(argument: _agora_customers_v1_CreateSessionRequest, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  
  EndSession(argument: _agora_customers_v1_EndSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  EndSession(argument: _agora_customers_v1_EndSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  EndSession(argument: _agora_customers_v1_EndSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  EndSession(argument: _agora_customers_v1_EndSessionRequest, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  endSession(argument: _agora_customers_v1_EndSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  endSession(argument: _agora_customers_v1_EndSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  endSession(argument: _agora_customers_v1_EndSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  endSession(argument: _agora_customers_v1_EndSessionRequest, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  
  GetAccount(argument: _agora_customers_v1_GetAccountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  GetAccount(argument: _agora_customers_v1_GetAccountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  GetAccount(argument: _agora_customers_v1_GetAccountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  GetAccount(argument: _agora_customers_v1_GetAccountRequest, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  getAccount(argument: _agora_customers_v1_GetAccountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  getAccount(argument: _agora_customers_v1_GetAccountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  getAccount(argument: _agora_customers_v1_GetAccountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  getAccount(argument: _agora_customers_v1_GetAccountRequest, callback: grpc.requestCallback<_agora_customers_v1_AccountReply__Output>): grpc.ClientUnaryCall;
  
  GetCart(argument: _agora_customers_v1_GetCartRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  GetCart(argument: _agora_customers_v1_GetCartRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  GetCart(argument: _agora_customers_v1_GetCartRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  GetCart(argument: _agora_customers_v1_GetCartRequest, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  getCart(argument: _agora_customers_v1_GetCartRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  getCart(argument: _agora_customers_v1_GetCartRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  getCart(argument: _agora_customers_v1_GetCartRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  getCart(argument: _agora_customers_v1_GetCartRequest, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  
  GetCreationLimit(argument: _agora_customers_v1_GetCreationLimitRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CreationLimit__Output>): grpc.ClientUnaryCall;
  GetCreationLimit(argument: _agora_customers_v1_GetCreationLimitRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_CreationLimit__Output>): grpc.ClientUnaryCall;
  GetCreationLimit(argument: _agora_customers_v1_GetCreationLimitRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CreationLimit__Output>): grpc.ClientUnaryCall;
  GetCreationLimit(argument: _agora_customers_v1_GetCreationLimitRequest, callback: grpc.requestCallback<_agora_customers_v1_CreationLimit__Output>): grpc.ClientUnaryCall;
  getCreationLimit(argument: _agora_customers_v1_GetCreationLimitRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CreationLimit__Output>): grpc.ClientUnaryCall;
  getCreationLimit(argument: _agora_customers_v1_GetCreationLimitRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_CreationLimit__Output>): grpc.ClientUnaryCall;
  getCreationLimit(argument: _agora_customers_v1_GetCreationLimitRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CreationLimit__Output>): grpc.ClientUnaryCall;
  getCreationLimit(argument: _agora_customers_v1_GetCreationLimitRequest, callback: grpc.requestCallback<_agora_customers_v1_CreationLimit__Output>): grpc.ClientUnaryCall;
  
  GetCredentials(argument: _agora_customers_v1_GetCredentialsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_Credentials__Output>): grpc.ClientUnaryCall;
  GetCredentials(argument: _agora_customers_v1_GetCredentialsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_Credentials__Output>): grpc.ClientUnaryCall;
  GetCredentials(argument: _agora_customers_v1_GetCredentialsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_Credentials__Output>): grpc.ClientUnaryCall;
  GetCredentials(argument: _agora_customers_v1_GetCredentialsRequest, callback: grpc.requestCallback<_agora_customers_v1_Credentials__Output>): grpc.ClientUnaryCall;
  getCredentials(argument: _agora_customers_v1_GetCredentialsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_Credentials__Output>): grpc.ClientUnaryCall;
  getCredentials(argument: _agora_customers_v1_GetCredentialsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_Credentials__Output>): grpc.ClientUnaryCall;
  getCredentials(argument: _agora_customers_v1_GetCredentialsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_Credentials__Output>): grpc.ClientUnaryCall;
  getCredentials(argument: _agora_customers_v1_GetCredentialsRequest, callback: grpc.requestCallback<_agora_customers_v1_Credentials__Output>): grpc.ClientUnaryCall;
  
  GetPurchase(argument: _agora_customers_v1_GetPurchaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  GetPurchase(argument: _agora_customers_v1_GetPurchaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  GetPurchase(argument: _agora_customers_v1_GetPurchaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  GetPurchase(argument: _agora_customers_v1_GetPurchaseRequest, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  getPurchase(argument: _agora_customers_v1_GetPurchaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  getPurchase(argument: _agora_customers_v1_GetPurchaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  getPurchase(argument: _agora_customers_v1_GetPurchaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  getPurchase(argument: _agora_customers_v1_GetPurchaseRequest, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  
  GetStatus(argument: _agora_customers_v1_StatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _agora_customers_v1_StatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _agora_customers_v1_StatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _agora_customers_v1_StatusRequest, callback: grpc.requestCallback<_agora_customers_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _agora_customers_v1_StatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _agora_customers_v1_StatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _agora_customers_v1_StatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _agora_customers_v1_StatusRequest, callback: grpc.requestCallback<_agora_customers_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  
  ListPurchases(argument: _agora_customers_v1_ListPurchasesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  ListPurchases(argument: _agora_customers_v1_ListPurchasesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  ListPurchases(argument: _agora_customers_v1_ListPurchasesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  ListPurchases(argument: _agora_customers_v1_ListPurchasesRequest, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  listPurchases(argument: _agora_customers_v1_ListPurchasesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  listPurchases(argument: _agora_customers_v1_ListPurchasesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  listPurchases(argument: _agora_customers_v1_ListPurchasesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  listPurchases(argument: _agora_customers_v1_ListPurchasesRequest, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  
  ListStandingPurchases(argument: _agora_customers_v1_ListStandingPurchasesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  ListStandingPurchases(argument: _agora_customers_v1_ListStandingPurchasesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  ListStandingPurchases(argument: _agora_customers_v1_ListStandingPurchasesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  ListStandingPurchases(argument: _agora_customers_v1_ListStandingPurchasesRequest, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  listStandingPurchases(argument: _agora_customers_v1_ListStandingPurchasesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  listStandingPurchases(argument: _agora_customers_v1_ListStandingPurchasesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  listStandingPurchases(argument: _agora_customers_v1_ListStandingPurchasesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  listStandingPurchases(argument: _agora_customers_v1_ListStandingPurchasesRequest, callback: grpc.requestCallback<_agora_customers_v1_PurchaseList__Output>): grpc.ClientUnaryCall;
  
  OpenPurchase(argument: _agora_customers_v1_OpenPurchaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  OpenPurchase(argument: _agora_customers_v1_OpenPurchaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  OpenPurchase(argument: _agora_customers_v1_OpenPurchaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  OpenPurchase(argument: _agora_customers_v1_OpenPurchaseRequest, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  openPurchase(argument: _agora_customers_v1_OpenPurchaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  openPurchase(argument: _agora_customers_v1_OpenPurchaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  openPurchase(argument: _agora_customers_v1_OpenPurchaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  openPurchase(argument: _agora_customers_v1_OpenPurchaseRequest, callback: grpc.requestCallback<_agora_customers_v1_PurchaseReply__Output>): grpc.ClientUnaryCall;
  
  RecordFailedLogin(argument: _agora_customers_v1_RecordFailedLoginRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  RecordFailedLogin(argument: _agora_customers_v1_RecordFailedLoginRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  RecordFailedLogin(argument: _agora_customers_v1_RecordFailedLoginRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  RecordFailedLogin(argument: _agora_customers_v1_RecordFailedLoginRequest, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  recordFailedLogin(argument: _agora_customers_v1_RecordFailedLoginRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  recordFailedLogin(argument: _agora_customers_v1_RecordFailedLoginRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  recordFailedLogin(argument: _agora_customers_v1_RecordFailedLoginRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  recordFailedLogin(argument: _agora_customers_v1_RecordFailedLoginRequest, callback: grpc.requestCallback<_agora_customers_v1_WriteReply__Output>): grpc.ClientUnaryCall;
  
  RemoveFromCart(argument: _agora_customers_v1_RemoveFromCartRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  RemoveFromCart(argument: _agora_customers_v1_RemoveFromCartRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  RemoveFromCart(argument: _agora_customers_v1_RemoveFromCartRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  RemoveFromCart(argument: _agora_customers_v1_RemoveFromCartRequest, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  removeFromCart(argument: _agora_customers_v1_RemoveFromCartRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  removeFromCart(argument: _agora_customers_v1_RemoveFromCartRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  removeFromCart(argument: _agora_customers_v1_RemoveFromCartRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  removeFromCart(argument: _agora_customers_v1_RemoveFromCartRequest, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  
  SaveCart(argument: _agora_customers_v1_CartWriteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  SaveCart(argument: _agora_customers_v1_CartWriteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  SaveCart(argument: _agora_customers_v1_CartWriteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  SaveCart(argument: _agora_customers_v1_CartWriteRequest, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  saveCart(argument: _agora_customers_v1_CartWriteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  saveCart(argument: _agora_customers_v1_CartWriteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  saveCart(argument: _agora_customers_v1_CartWriteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  saveCart(argument: _agora_customers_v1_CartWriteRequest, callback: grpc.requestCallback<_agora_customers_v1_CartReply__Output>): grpc.ClientUnaryCall;
  
  TouchSession(argument: _agora_customers_v1_TouchSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  TouchSession(argument: _agora_customers_v1_TouchSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  TouchSession(argument: _agora_customers_v1_TouchSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  TouchSession(argument: _agora_customers_v1_TouchSessionRequest, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  touchSession(argument: _agora_customers_v1_TouchSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  touchSession(argument: _agora_customers_v1_TouchSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  touchSession(argument: _agora_customers_v1_TouchSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  touchSession(argument: _agora_customers_v1_TouchSessionRequest, callback: grpc.requestCallback<_agora_customers_v1_SessionReply__Output>): grpc.ClientUnaryCall;
  
}

export interface CustomersHandlers extends grpc.UntypedServiceImplementation {
  AcceptCartPrices: grpc.handleUnaryCall<_agora_customers_v1_AcceptCartPricesRequest__Output, _agora_customers_v1_CartReply>;
  
  AddToCart: grpc.handleUnaryCall<_agora_customers_v1_AddToCartRequest__Output, _agora_customers_v1_CartReply>;
  
  AdvancePurchase: grpc.handleUnaryCall<_agora_customers_v1_AdvancePurchaseRequest__Output, _agora_customers_v1_PurchaseReply>;
  
  CheckSession: grpc.handleUnaryCall<_agora_customers_v1_CheckSessionRequest__Output, _agora_customers_v1_SessionReply>;
  
  ClaimPurchase: grpc.handleUnaryCall<_agora_customers_v1_ClaimPurchaseRequest__Output, _agora_customers_v1_PurchaseReply>;
  
  ClearCart: grpc.handleUnaryCall<_agora_customers_v1_CartWriteRequest__Output, _agora_customers_v1_CartReply>;
  
  CreateAccount: grpc.handleUnaryCall<_agora_customers_v1_CreateAccountRequest__Output, _agora_customers_v1_AccountReply>;
  
  CreateSession: grpc.handleUnaryCall<_agora_customers_v1_CreateSessionRequest__Output, _agora_customers_v1_SessionReply>;
  
  EndSession: grpc.handleUnaryCall<_agora_customers_v1_EndSessionRequest__Output, _agora_customers_v1_WriteReply>;
  
  GetAccount: grpc.handleUnaryCall<_agora_customers_v1_GetAccountRequest__Output, _agora_customers_v1_AccountReply>;
  
  GetCart: grpc.handleUnaryCall<_agora_customers_v1_GetCartRequest__Output, _agora_customers_v1_CartReply>;
  
  GetCreationLimit: grpc.handleUnaryCall<_agora_customers_v1_GetCreationLimitRequest__Output, _agora_customers_v1_CreationLimit>;
  
  GetCredentials: grpc.handleUnaryCall<_agora_customers_v1_GetCredentialsRequest__Output, _agora_customers_v1_Credentials>;
  
  GetPurchase: grpc.handleUnaryCall<_agora_customers_v1_GetPurchaseRequest__Output, _agora_customers_v1_PurchaseReply>;
  
  GetStatus: grpc.handleUnaryCall<_agora_customers_v1_StatusRequest__Output, _agora_customers_v1_StatusReply>;
  
  ListPurchases: grpc.handleUnaryCall<_agora_customers_v1_ListPurchasesRequest__Output, _agora_customers_v1_PurchaseList>;
  
  ListStandingPurchases: grpc.handleUnaryCall<_agora_customers_v1_ListStandingPurchasesRequest__Output, _agora_customers_v1_PurchaseList>;
  
  OpenPurchase: grpc.handleUnaryCall<_agora_customers_v1_OpenPurchaseRequest__Output, _agora_customers_v1_PurchaseReply>;
  
  RecordFailedLogin: grpc.handleUnaryCall<_agora_customers_v1_RecordFailedLoginRequest__Output, _agora_customers_v1_WriteReply>;
  
  RemoveFromCart: grpc.handleUnaryCall<_agora_customers_v1_RemoveFromCartRequest__Output, _agora_customers_v1_CartReply>;
  
  SaveCart: grpc.handleUnaryCall<_agora_customers_v1_CartWriteRequest__Output, _agora_customers_v1_CartReply>;
  
  TouchSession: grpc.handleUnaryCall<_agora_customers_v1_TouchSessionRequest__Output, _agora_customers_v1_SessionReply>;
  
}

export interface CustomersDefinition extends grpc.ServiceDefinition {
  AcceptCartPrices: MethodDefinition<_agora_customers_v1_AcceptCartPricesRequest, _agora_customers_v1_CartReply, _agora_customers_v1_AcceptCartPricesRequest__Output, _agora_customers_v1_CartReply__Output>
  AddToCart: MethodDefinition<_agora_customers_v1_AddToCartRequest, _agora_customers_v1_CartReply, _agora_customers_v1_AddToCartRequest__Output, _agora_customers_v1_CartReply__Output>
  AdvancePurchase: MethodDefinition<_agora_customers_v1_AdvancePurchaseRequest, _agora_customers_v1_PurchaseReply, _agora_customers_v1_AdvancePurchaseRequest__Output, _agora_customers_v1_PurchaseReply__Output>
  CheckSession: MethodDefinition<_agora_customers_v1_CheckSessionRequest, _agora_customers_v1_SessionReply, _agora_customers_v1_CheckSessionRequest__Output, _agora_customers_v1_SessionReply__Output>
  ClaimPurchase: MethodDefinition<_agora_customers_v1_ClaimPurchaseRequest, _agora_customers_v1_PurchaseReply, _agora_customers_v1_ClaimPurchaseRequest__Output, _agora_customers_v1_PurchaseReply__Output>
  ClearCart: MethodDefinition<_agora_customers_v1_CartWriteRequest, _agora_customers_v1_CartReply, _agora_customers_v1_CartWriteRequest__Output, _agora_customers_v1_CartReply__Output>
  CreateAccount: MethodDefinition<_agora_customers_v1_CreateAccountRequest, _agora_customers_v1_AccountReply, _agora_customers_v1_CreateAccountRequest__Output, _agora_customers_v1_AccountReply__Output>
  CreateSession: MethodDefinition<_agora_customers_v1_CreateSessionRequest, _agora_customers_v1_SessionReply, _agora_customers_v1_CreateSessionRequest__Output, _agora_customers_v1_SessionReply__Output>
  EndSession: MethodDefinition<_agora_customers_v1_EndSessionRequest, _agora_customers_v1_WriteReply, _agora_customers_v1_EndSessionRequest__Output, _agora_customers_v1_WriteReply__Output>
  GetAccount: MethodDefinition<_agora_customers_v1_GetAccountRequest, _agora_customers_v1_AccountReply, _agora_customers_v1_GetAccountRequest__Output, _agora_customers_v1_AccountReply__Output>
  GetCart: MethodDefinition<_agora_customers_v1_GetCartRequest, _agora_customers_v1_CartReply, _agora_customers_v1_GetCartRequest__Output, _agora_customers_v1_CartReply__Output>
  GetCreationLimit: MethodDefinition<_agora_customers_v1_GetCreationLimitRequest, _agora_customers_v1_CreationLimit, _agora_customers_v1_GetCreationLimitRequest__Output, _agora_customers_v1_CreationLimit__Output>
  GetCredentials: MethodDefinition<_agora_customers_v1_GetCredentialsRequest, _agora_customers_v1_Credentials, _agora_customers_v1_GetCredentialsRequest__Output, _agora_customers_v1_Credentials__Output>
  GetPurchase: MethodDefinition<_agora_customers_v1_GetPurchaseRequest, _agora_customers_v1_PurchaseReply, _agora_customers_v1_GetPurchaseRequest__Output, _agora_customers_v1_PurchaseReply__Output>
  GetStatus: MethodDefinition<_agora_customers_v1_StatusRequest, _agora_customers_v1_StatusReply, _agora_customers_v1_StatusRequest__Output, _agora_customers_v1_StatusReply__Output>
  ListPurchases: MethodDefinition<_agora_customers_v1_ListPurchasesRequest, _agora_customers_v1_PurchaseList, _agora_customers_v1_ListPurchasesRequest__Output, _agora_customers_v1_PurchaseList__Output>
  ListStandingPurchases: MethodDefinition<_agora_customers_v1_ListStandingPurchasesRequest, _agora_customers_v1_PurchaseList, _agora_customers_v1_ListStandingPurchasesRequest__Output, _agora_customers_v1_PurchaseList__Output>
  OpenPurchase: MethodDefinition<_agora_customers_v1_OpenPurchaseRequest, _agora_customers_v1_PurchaseReply, _agora_customers_v1_OpenPurchaseRequest__Output, _agora_customers_v1_PurchaseReply__Output>
  RecordFailedLogin: MethodDefinition<_agora_customers_v1_RecordFailedLoginRequest, _agora_customers_v1_WriteReply, _agora_customers_v1_RecordFailedLoginRequest__Output, _agora_customers_v1_WriteReply__Output>
  RemoveFromCart: MethodDefinition<_agora_customers_v1_RemoveFromCartRequest, _agora_customers_v1_CartReply, _agora_customers_v1_RemoveFromCartRequest__Output, _agora_customers_v1_CartReply__Output>
  SaveCart: MethodDefinition<_agora_customers_v1_CartWriteRequest, _agora_customers_v1_CartReply, _agora_customers_v1_CartWriteRequest__Output, _agora_customers_v1_CartReply__Output>
  TouchSession: MethodDefinition<_agora_customers_v1_TouchSessionRequest, _agora_customers_v1_SessionReply, _agora_customers_v1_TouchSessionRequest__Output, _agora_customers_v1_SessionReply__Output>
}
