/**
 * SOAP over HTTP, at one path: the WSDL by GET ?wsdl, operations by POST, and every refusal as a fault, so that a
 * SOAP client can show it. Nothing that went wrong inside is told to the caller.
 */
import { readFileSync } from 'node:fs'
import type { ErrorRequestHandler, Express, RequestHandler, Response } from 'express'
import { AppError } from '../common/errors.ts'
import { assetPath } from '../platform/assets.ts'
import { appErrorFrom } from '../platform/http/problem.ts'
import { requestIdOf } from '../platform/http/request-id.ts'
import type { RequestLog } from '../platform/request-log.ts'
import { type FaultContent, fieldsFault, SoapFault } from './fault.ts'
import type { Payments } from './payments.ts'
import { readRequest } from './read-request.ts'
import { perform } from './soap-service.ts'
import { answerXml, escapeXml, faultXml } from './write-answer.ts'

export type EndpointOptions = {
  readonly payments: Payments
  /** As clients reach it: goes into the WSDL, and its path is where this is served. */
  readonly url: string
  readonly requestLog: RequestLog
}

export function serveSoap(app: Express, { payments, url, requestLog }: EndpointOptions): void {
  const { pathname } = new URL(url)
  const wsdl = wsdlFor(url)
  app
    .route(pathname)
    .get((request, response) => {
      if (!Object.keys(request.query).some((key) => key.toLowerCase() === 'wsdl')) {
        response.setHeader('Allow', 'POST')
        const message = `SOAP is spoken here, by POST. Its description: ${pathname}?wsdl`
        throw new AppError('METHOD_NOT_ALLOWED', { message })
      }
      sendXml(response, 200, wsdl)
    })
    .post(answer(payments))
  app.use(pathname, answerFault(requestLog))
}

function answer(payments: Payments): RequestHandler {
  return async (request, response) => {
    const xml = typeof request.body === 'string' ? request.body : ''
    const message = readRequest(xml, request.get('SOAPAction'))
    const payment = await perform(payments, message)
    sendXml(response, 200, answerXml(message.operation, payment))
  }
}

function answerFault(requestLog: RequestLog): ErrorRequestHandler {
  return (error, request, response, next) => {
    // Only what speaks SOAP gets faults; and an answer that has begun is broken off by the last handler.
    if (request.method !== 'POST' || response.headersSent) return next(error)
    const content = faultFrom(error)
    if (content.code === 'Server' && !(error instanceof AppError)) {
      requestLog.of(requestIdOf(request)).error({ err: error }, 'an operation failed')
    }
    sendXml(response, content.httpStatus ?? 500, faultXml(content))
  }
}

function faultFrom(error: unknown): FaultContent {
  if (error instanceof SoapFault) return error.content
  const known = appErrorFrom(error)
  const text = known?.message ?? ''
  switch (known?.code) {
    case 'INVALID_ARGUMENT':
      return fieldsFault(known.fields).content
    case 'FORBIDDEN':
      return { code: 'Client.Authentication', text, httpStatus: 403 }
    case 'BODY_TOO_LARGE':
      return { code: 'Client', text, httpStatus: 413 }
    case 'UNSUPPORTED_MEDIA_TYPE':
      return { code: 'Client', text, httpStatus: 415 }
    case 'MALFORMED_BODY':
      return { code: 'Client', text }
    default:
      return {
        code: 'Server',
        text: 'The payment service has a problem. Ask again with the same reference.',
      }
  }
}

function wsdlFor(url: string): string {
  return readFileSync(assetPath('payment-soap/payment.wsdl'), 'utf8').replace(
    /(<soap:address location=")[^"]*"/,
    (_, before) => `${before}${escapeXml(url)}"`,
  )
}

/** Clients read it as bytes: the charset is in the XML itself as well. */
function sendXml(response: Response, status: number, xml: string): void {
  response.setHeader('Cache-Control', 'no-store')
  response.status(status).type('text/xml; charset=utf-8').send(xml)
}
