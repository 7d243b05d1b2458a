/**
 * What the messages of payment.wsdl are called and hold, for the code. A test holds it against the WSDL.
 */

export const PAYMENT_NAMESPACE = 'urn:agora:payment:v1'
export const SOAP_1_1 = 'http://schemas.xmlsoap.org/soap/envelope/'

/** The elements of each request, in their order; each stands there once and holds text. */
export const requestFields = {
  ProcessPayment: [
    'reference',
    'name',
    'number',
    'expiration',
    'securityCode',
    'amount',
    'currency',
  ],
  GetPayment: ['reference'],
  VoidPayment: ['reference'],
} as const satisfies Record<string, readonly string[]>

export type OperationName = keyof typeof requestFields

export type RequestFields<Name extends OperationName> = Readonly<
  Record<(typeof requestFields)[Name][number], string>
>

/** A request whose elements are all there; what they say has not been judged yet. */
export type PaymentMessage = {
  [Name in OperationName]: { readonly operation: Name; readonly fields: RequestFields<Name> }
}[OperationName]

/** SOAP 1.1, section 4.4.1; a word after the dot says more to those who know it. */
export type FaultCode =
  | 'Client'
  | 'Client.Authentication'
  | 'Server'
  | 'VersionMismatch'
  | 'MustUnderstand'
