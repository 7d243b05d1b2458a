/**
 * Reads a SOAP 1.1 request, strictly: whatever the WSDL does not allow is refused, with all bad fields at once. The
 * one reading of it: what has been checked here is what is used. It must not judge what the fields say.
 */
import type { FieldProblem } from '../common/errors.ts'
import { clientFault, fieldsFault, SoapFault } from './fault.ts'
import {
  type OperationName,
  PAYMENT_NAMESPACE,
  type PaymentMessage,
  requestFields,
  SOAP_1_1,
} from './messages.ts'
import { parseXml, type XmlElement } from './xml-tree.ts'

const XSI = 'http://www.w3.org/2001/XMLSchema-instance'
const NEXT_ACTOR = 'http://schemas.xmlsoap.org/soap/actor/next'
/** Names of unknown elements are repeated, but not at any length. */
const SHOWN_NAME_LENGTH_MAX = 40

/** `soapAction`: the header's value, if there was one. Throws SoapFault. */
export function readRequest(xml: string, soapAction: string | undefined): PaymentMessage {
  const parsed = parseXml(xml)
  if (!parsed.ok) throw clientFault(parsed.problem)
  const body = bodyOf(parsed.root)
  const [request, ...more] = body.children
  if (request === undefined || more.length > 0) {
    throw clientFault(`The Body must hold exactly one element: ${operationNames}`)
  }
  const operation = operationOf(request)
  agreeOn(operation, soapAction)
  const problems = fieldProblems(request, requestFields[operation])
  if (problems.length > 0) throw fieldsFault(problems)
  const fields = Object.fromEntries(request.children.map(({ name, text }) => [name, text]))
  // The problems that were not there are the proof that exactly these fields are.
  return { operation, fields } as PaymentMessage
}

const operationNames = Object.keys(requestFields).join(', ')

function bodyOf(root: XmlElement): XmlElement {
  if (root.name !== 'Envelope') throw clientFault('The root element must be a SOAP Envelope')
  if (root.namespace !== SOAP_1_1) {
    const text = `This service speaks SOAP 1.1: the Envelope must be in the namespace ${SOAP_1_1}`
    throw new SoapFault({ code: 'VersionMismatch', text })
  }
  refuseText(root)
  const [first, ...others] = root.children
  const header = first?.name === 'Header' && first.namespace === SOAP_1_1 ? first : undefined
  if (header !== undefined) refuseMandatoryHeaders(header)
  const [body, ...trailing] = header === undefined ? root.children : others
  if (body?.name !== 'Body' || body.namespace !== SOAP_1_1 || trailing.length > 0) {
    throw clientFault('The Envelope must hold an optional Header and one Body, and nothing else')
  }
  refuseText(body)
  return body
}

/** None is known here, so none that must be understood is (SOAP 1.1, section 4.2.3). */
function refuseMandatoryHeaders(header: XmlElement): void {
  for (const { name, attributes } of header.children) {
    const soapAttribute = (wanted: string): string | undefined =>
      attributes.find((one) => one.namespace === SOAP_1_1 && one.name === wanted)?.value
    const actor = soapAttribute('actor') ?? ''
    const isForUs = actor === '' || actor === NEXT_ACTOR
    if (soapAttribute('mustUnderstand') !== '1' || !isForUs) continue
    const text = `The header ${shown(name)} must be understood, and is not: leave it away`
    throw new SoapFault({ code: 'MustUnderstand', text })
  }
}

function operationOf({ name, namespace }: XmlElement): OperationName {
  if (!Object.hasOwn(requestFields, name)) {
    throw clientFault(`There is no operation ${shown(name)}, only ${operationNames}`)
  }
  if (namespace !== PAYMENT_NAMESPACE) {
    throw clientFault(`${name} must be in the namespace ${PAYMENT_NAMESPACE}`)
  }
  return name as OperationName
}

/** An empty action means nothing in particular; another operation's means that something is mixed up. */
function agreeOn(operation: OperationName, soapAction: string | undefined): void {
  const action = soapAction?.trim().replace(/^"(.*)"$/, '$1') ?? ''
  const expected = `${PAYMENT_NAMESPACE}/${operation}`
  if (action !== '' && action !== expected) {
    throw clientFault(`The Body holds ${operation}: its SOAPAction must be "${expected}"`)
  }
}

/** All that the schema refuses in the structure: the values are judged by their rules. */
function fieldProblems(request: XmlElement, names: readonly string[]): FieldProblem[] {
  const problems: FieldProblem[] = []
  const add = (path: string, message: string): void => {
    problems.push({ path, message })
  }
  if (request.text.trim() !== '') add(request.name, 'must hold elements only, no text')
  if (request.attributes.some(isForeign)) add(request.name, 'takes no attributes')
  let last = -1
  const seen = new Set<string>()
  for (const child of request.children) {
    const place = names.indexOf(child.name)
    const path = shown(child.name)
    if (place === -1) add(path, `is not an element of ${request.name}`)
    else if (child.namespace !== PAYMENT_NAMESPACE) {
      add(path, `must be in the namespace ${PAYMENT_NAMESPACE}`)
    } else if (seen.has(child.name)) add(path, 'stands there twice')
    else if (place < last) add(path, `must stand before ${names[last]}`)
    else if (child.children.length > 0) add(path, 'must hold text only, no elements')
    else if (isNil(child)) add(path, 'must not be nil')
    else if (child.attributes.some(isForeign)) add(path, 'takes no attributes')
    seen.add(child.name)
    last = Math.max(last, place)
  }
  for (const name of names) if (!seen.has(name)) add(name, 'is missing')
  return problems
}

/** Those of XML Schema itself (xsi:type, …) may stand on any element. */
function isForeign({ namespace }: { readonly namespace: string }): boolean {
  return namespace !== XSI
}

function isNil({ attributes }: XmlElement): boolean {
  return attributes.some(
    ({ namespace, name, value }) =>
      namespace === XSI && name === 'nil' && /^\s*(true|1)\s*$/.test(value),
  )
}

function refuseText({ name, text }: XmlElement): void {
  if (text.trim() !== '') throw clientFault(`The ${name} must hold elements only, no text`)
}

function shown(name: string): string {
  return name.length <= SHOWN_NAME_LENGTH_MAX ? name : `${name.slice(0, SHOWN_NAME_LENGTH_MAX)}…`
}
