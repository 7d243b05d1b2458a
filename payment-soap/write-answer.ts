/**
 * Writes what the service says as SOAP 1.1 envelopes: answers and faults, in the WSDL's elements.
 */
import type { FaultContent } from './fault.ts'
import { type OperationName, PAYMENT_NAMESPACE, SOAP_1_1 } from './messages.ts'

/** Elements in their order; undefined ones are left out. */
export type Content = Readonly<Record<string, string | number | undefined>>

export function answerXml(operation: OperationName, payment: Content): string {
  const inner = `<p:payment>${elementsXml(payment)}</p:payment>`
  return envelopeXml(`<p:${operation}Response ${declared}>${inner}</p:${operation}Response>`)
}

export function faultXml({ code, text, problems = [] }: FaultContent): string {
  const list = problems.map((problem) => `<p:problem>${elementsXml(problem)}</p:problem>`).join('')
  const detail = list && `<detail><p:InvalidRequest ${declared}>${list}</p:InvalidRequest></detail>`
  const said = `<faultcode>soap:${code}</faultcode><faultstring>${escapeXml(text)}</faultstring>`
  return envelopeXml(`<soap:Fault>${said}${detail}</soap:Fault>`)
}

const declared = `xmlns:p="${PAYMENT_NAMESPACE}"`

function envelopeXml(body: string): string {
  const head = '<?xml version="1.0" encoding="utf-8"?>'
  return `${head}<soap:Envelope xmlns:soap="${SOAP_1_1}"><soap:Body>${body}</soap:Body></soap:Envelope>`
}

function elementsXml(content: Content): string {
  return Object.entries(content)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<p:${name}>${escapeXml(String(value))}</p:${name}>`)
    .join('')
}

/** For text and for attributes in double quotes. What has no place in XML 1.0 at all becomes the replacement character. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
