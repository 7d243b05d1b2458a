import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AcceptCartPricesRequest as _agora_customers_v1_AcceptCartPricesRequest, AcceptCartPricesRequest__Output as _agora_customers_v1_AcceptCartPricesRequest__Output } from './agora/customers/v1/AcceptCartPricesRequest.ts';
import type { Account as _agora_customers_v1_Account, Account__Output as _agora_customers_v1_Account__Output } from './agora/customers/v1/Account.ts';
import type { AccountReply as _agora_customers_v1_AccountReply, AccountReply__Output as _agora_customers_v1_AccountReply__Output } from './agora/customers/v1/AccountReply.ts';
import type { AddToCartRequest as _agora_customers_v1_AddToCartRequest, AddToCartRequest__Output as _agora_customers_v1_AddToCartRequest__Output } from './agora/customers/v1/AddToCartRequest.ts';
import type { AdvancePurchaseRequest as _agora_customers_v1_AdvancePurchaseRequest, AdvancePurchaseRequest__Output as _agora_customers_v1_AdvancePurchaseRequest__Output } from './agora/customers/v1/AdvancePurchaseRequest.ts';
import type { CartLine as _agora_customers_v1_CartLine, CartLine__Output as _agora_customers_v1_CartLine__Output } from './agora/customers/v1/CartLine.ts';
import type { CartReply as _agora_customers_v1_CartReply, CartReply__Output as _agora_customers_v1_CartReply__Output } from './agora/customers/v1/CartReply.ts';
import type { CartWriteRequest as _agora_customers_v1_CartWriteRequest, CartWriteRequest__Output as _agora_customers_v1_CartWriteRequest__Output } from './agora/customers/v1/CartWriteRequest.ts';
import type { CheckSessionRequest as _agora_customers_v1_CheckSessionRequest, CheckSessionRequest__Output as _agora_customers_v1_CheckSessionRequest__Output } from './agora/customers/v1/CheckSessionRequest.ts';
import type { ClaimPurchaseRequest as _agora_customers_v1_ClaimPurchaseRequest, ClaimPurchaseRequest__Output as _agora_customers_v1_ClaimPurchaseRequest__Output } from './agora/customers/v1/ClaimPurchaseRequest.ts';
import type { CreateAccountRequest as _agora_customers_v1_CreateAccountRequest, CreateAccountRequest__Output as _agora_customers_v1_CreateAccountRequest__Output } from './agora/customers/v1/CreateAccountRequest.ts';
import type { CreateSessionRequest as _agora_customers_v1_CreateSessionRequest, CreateSessionRequest__Output as _agora_customers_v1_CreateSessionRequest__Output } from './agora/customers/v1/CreateSessionRequest.ts';
import type { CreationLimit as _agora_customers_v1_CreationLimit, CreationLimit__Output as _agora_customers_v1_CreationLimit__Output } from './agora/customers/v1/CreationLimit.ts';
import type { Credentials as _agora_customers_v1_Credentials, Credentials__Output as _agora_customers_v1_Credentials__Output } from './agora/customers/v1/Credentials.ts';
import type { CustomersClient as _agora_customers_v1_CustomersClient, CustomersDefinition as _agora_customers_v1_CustomersDefinition } from './agora/customers/v1/Customers.ts';
import type { EndSessionRequest as _agora_customers_v1_EndSessionRequest, EndSessionRequest__Output as _agora_customers_v1_EndSessionRequest__Output } from './agora/customers/v1/EndSessionRequest.ts';
import type { GetAccountRequest as _agora_customers_v1_GetAccountRequest, GetAccountRequest__Output as _agora_customers_v1_GetAccountRequest__Output } from './agora/customers/v1/GetAccountRequest.ts';
import type { GetCartRequest as _agora_customers_v1_GetCartRequest, GetCartRequest__Output as _agora_customers_v1_GetCartRequest__Output } from './agora/customers/v1/GetCartRequest.ts';
import type { GetCreationLimitRequest as _agora_customers_v1_GetCreationLimitRequest, GetCreationLimitRequest__Output as _agora_customers_v1_GetCreationLimitRequest__Output } from './agora/customers/v1/GetCreationLimitRequest.ts';
import type { GetCredentialsRequest as _agora_customers_v1_GetCredentialsRequest, GetCredentialsRequest__Output as _agora_customers_v1_GetCredentialsRequest__Output } from './agora/customers/v1/GetCredentialsRequest.ts';
import type { GetPurchaseRequest as _agora_customers_v1_GetPurchaseRequest, GetPurchaseRequest__Output as _agora_customers_v1_GetPurchaseRequest__Output } from './agora/customers/v1/GetPurchaseRequest.ts';
import type { ListPurchasesRequest as _agora_customers_v1_ListPurchasesRequest, ListPurchasesRequest__Output as _agora_customers_v1_ListPurchasesRequest__Output } from './agora/customers/v1/ListPurchasesRequest.ts';
import type { ListStandingPurchasesRequest as _agora_customers_v1_ListStandingPurchasesRequest, ListStandingPurchasesRequest__Output as _agora_customers_v1_ListStandingPurchasesRequest__Output } from './agora/customers/v1/ListStandingPurchasesRequest.ts';
import type { Money as _agora_customers_v1_Money, Money__Output as _agora_customers_v1_Money__Output } from './agora/customers/v1/Money.ts';
import type { OpenPurchaseRequest as _agora_customers_v1_OpenPurchaseRequest, OpenPurchaseRequest__Output as _agora_customers_v1_OpenPurchaseRequest__Output } from './agora/customers/v1/OpenPurchaseRequest.ts';
import type { Purchase as _agora_customers_v1_Purchase, Purchase__Output as _agora_customers_v1_Purchase__Output } from './agora/customers/v1/Purchase.ts';
import type { PurchaseLine as _agora_customers_v1_PurchaseLine, PurchaseLine__Output as _agora_customers_v1_PurchaseLine__Output } from './agora/customers/v1/PurchaseLine.ts';
import type { PurchaseList as _agora_customers_v1_PurchaseList, PurchaseList__Output as _agora_customers_v1_PurchaseList__Output } from './agora/customers/v1/PurchaseList.ts';
import type { PurchaseReply as _agora_customers_v1_PurchaseReply, PurchaseReply__Output as _agora_customers_v1_PurchaseReply__Output } from './agora/customers/v1/PurchaseReply.ts';
import type { ReadContext as _agora_customers_v1_ReadContext, ReadContext__Output as _agora_customers_v1_ReadContext__Output } from './agora/customers/v1/ReadContext.ts';
import type { RecordFailedLoginRequest as _agora_customers_v1_RecordFailedLoginRequest, RecordFailedLoginRequest__Output as _agora_customers_v1_RecordFailedLoginRequest__Output } from './agora/customers/v1/RecordFailedLoginRequest.ts';
import type { RemoveFromCartRequest as _agora_customers_v1_RemoveFromCartRequest, RemoveFromCartRequest__Output as _agora_customers_v1_RemoveFromCartRequest__Output } from './agora/customers/v1/RemoveFromCartRequest.ts';
import type { SessionReply as _agora_customers_v1_SessionReply, SessionReply__Output as _agora_customers_v1_SessionReply__Output } from './agora/customers/v1/SessionReply.ts';
import type { StatusReply as _agora_customers_v1_StatusReply, StatusReply__Output as _agora_customers_v1_StatusReply__Output } from './agora/customers/v1/StatusReply.ts';
import type { StatusRequest as _agora_customers_v1_StatusRequest, StatusRequest__Output as _agora_customers_v1_StatusRequest__Output } from './agora/customers/v1/StatusRequest.ts';
import type { TouchSessionRequest as _agora_customers_v1_TouchSessionRequest, TouchSessionRequest__Output as _agora_customers_v1_TouchSessionRequest__Output } from './agora/customers/v1/TouchSessionRequest.ts';
import type { Transition as _agora_customers_v1_Transition, Transition__Output as _agora_customers_v1_Transition__Output } from './agora/customers/v1/Transition.ts';
import type { WriteContext as _agora_customers_v1_WriteContext, WriteContext__Output as _agora_customers_v1_WriteContext__Output } from './agora/customers/v1/WriteContext.ts';
import type { WriteReply as _agora_customers_v1_WriteReply, WriteReply__Output as _agora_customers_v1_WriteReply__Output } from './agora/customers/v1/WriteReply.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  agora: {
    customers: {
      v1: {
        AcceptCartPricesRequest: MessageTypeDefinition<_agora_customers_v1_AcceptCartPricesRequest, _agora_customers_v1_AcceptCartPricesRequest__Output>
        Account: MessageTypeDefinition<_agora_customers_v1_Account, _agora_customers_v1_Account__Output>
        AccountReply: MessageTypeDefinition<_agora_customers_v1_AccountReply, _agora_customers_v1_AccountReply__Output>
        AddToCartRequest: MessageTypeDefinition<_agora_customers_v1_AddToCartRequest, _agora_customers_v1_AddToCartRequest__Output>
        AdvancePurchaseRequest: MessageTypeDefinition<_agora_customers_v1_AdvancePurchaseRequest, _agora_customers_v1_AdvancePurchaseRequest__Output>
        CartLine: MessageTypeDefinition<_agora_customers_v1_CartLine, _agora_customers_v1_CartLine__Output>
        CartReply: MessageTypeDefinition<_agora_customers_v1_CartReply, _agora_customers_v1_CartReply__Output>
        CartWriteRequest: MessageTypeDefinition<_agora_customers_v1_CartWriteRequest, _agora_customers_v1_CartWriteRequest__Output>
        CheckSessionRequest: MessageTypeDefinition<_agora_customers_v1_CheckSessionRequest, _agora_customers_v1_CheckSessionRequest__Output>
        ClaimPurchaseRequest: MessageTypeDefinition<_agora_customers_v1_ClaimPurchaseRequest, _agora_customers_v1_ClaimPurchaseRequest__Output>
        CreateAccountRequest: MessageTypeDefinition<_agora_customers_v1_CreateAccountRequest, _agora_customers_v1_CreateAccountRequest__Output>
        CreateSessionRequest: MessageTypeDefinition<_agora_customers_v1_CreateSessionRequest, _agora_customers_v1_CreateSessionRequest__Output>
        CreationLimit: MessageTypeDefinition<_agora_customers_v1_CreationLimit, _agora_customers_v1_CreationLimit__Output>
        Credentials: MessageTypeDefinition<_agora_customers_v1_Credentials, _agora_customers_v1_Credentials__Output>
        Customers: SubtypeConstructor<typeof grpc.Client, _agora_customers_v1_CustomersClient> & { service: _agora_customers_v1_CustomersDefinition }
        EndSessionRequest: MessageTypeDefinition<_agora_customers_v1_EndSessionRequest, _agora_customers_v1_EndSessionRequest__Output>
        GetAccountRequest: MessageTypeDefinition<_agora_customers_v1_GetAccountRequest, _agora_customers_v1_GetAccountRequest__Output>
        GetCartRequest: MessageTypeDefinition<_agora_customers_v1_GetCartRequest, _agora_customers_v1_GetCartRequest__Output>
        GetCreationLimitRequest: MessageTypeDefinition<_agora_customers_v1_GetCreationLimitRequest, _agora_customers_v1_GetCreationLimitRequest__Output>
        GetCredentialsRequest: MessageTypeDefinition<_agora_customers_v1_GetCredentialsRequest, _agora_customers_v1_GetCredentialsRequest__Output>
        GetPurchaseRequest: MessageTypeDefinition<_agora_customers_v1_GetPurchaseRequest, _agora_customers_v1_GetPurchaseRequest__Output>
        ListPurchasesRequest: MessageTypeDefinition<_agora_customers_v1_ListPurchasesRequest, _agora_customers_v1_ListPurchasesRequest__Output>
        ListStandingPurchasesRequest: MessageTypeDefinition<_agora_customers_v1_ListStandingPurchasesRequest, _agora_customers_v1_ListStandingPurchasesRequest__Output>
        Money: MessageTypeDefinition<_agora_customers_v1_Money, _agora_customers_v1_Money__Output>
        OpenPurchaseRequest: MessageTypeDefinition<_agora_customers_v1_OpenPurchaseRequest, _agora_customers_v1_OpenPurchaseRequest__Output>
        Purchase: MessageTypeDefinition<_agora_customers_v1_Purchase, _agora_customers_v1_Purchase__Output>
        PurchaseLine: MessageTypeDefinition<_agora_customers_v1_PurchaseLine, _agora_customers_v1_PurchaseLine__Output>
        PurchaseList: MessageTypeDefinition<_agora_customers_v1_PurchaseList, _agora_customers_v1_PurchaseList__Output>
        PurchaseReply: MessageTypeDefinition<_agora_customers_v1_PurchaseReply, _agora_customers_v1_PurchaseReply__Output>
        PurchaseState: EnumTypeDefinition
        ReadContext: MessageTypeDefinition<_agora_customers_v1_ReadContext, _agora_customers_v1_ReadContext__Output>
        RecordFailedLoginRequest: MessageTypeDefinition<_agora_customers_v1_RecordFailedLoginRequest, _agora_customers_v1_RecordFailedLoginRequest__Output>
        RemoveFromCartRequest: MessageTypeDefinition<_agora_customers_v1_RemoveFromCartRequest, _agora_customers_v1_RemoveFromCartRequest__Output>
        Role: EnumTypeDefinition
        SessionReply: MessageTypeDefinition<_agora_customers_v1_SessionReply, _agora_customers_v1_SessionReply__Output>
        StatusReply: MessageTypeDefinition<_agora_customers_v1_StatusReply, _agora_customers_v1_StatusReply__Output>
        StatusRequest: MessageTypeDefinition<_agora_customers_v1_StatusRequest, _agora_customers_v1_StatusRequest__Output>
        TouchSessionRequest: MessageTypeDefinition<_agora_customers_v1_TouchSessionRequest, _agora_customers_v1_TouchSessionRequest__Output>
        Transition: MessageTypeDefinition<_agora_customers_v1_Transition, _agora_customers_v1_Transition__Output>
        WriteContext: MessageTypeDefinition<_agora_customers_v1_WriteContext, _agora_customers_v1_WriteContext__Output>
        WriteReply: MessageTypeDefinition<_agora_customers_v1_WriteReply, _agora_customers_v1_WriteReply__Output>
      }
    }
  }
}

