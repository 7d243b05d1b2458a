import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { createClientAsync } from 'soap'
import { describe, expect, it } from 'vitest'
import { SoapFault } from './fault.ts'
import { PAYMENT_NAMESPACE, type PaymentMessage, requestFields } from './messages.ts'
import { readRequest } from './read-request.ts'

const envelope = (body: string, header = ''): string =>
  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:p="${PAYMENT_NAMESPACE}"
    >${header}<s:Body>${body}</s:Body></s:Envelope>`
const get = (inside: string, attributes = ''): string =>
  envelope(`<p:GetPayment ${attributes}>${inside}</p:GetPayment>`)
const reference = '<p:reference>p1</p:reference>'

function faultOf(read: () => PaymentMessage) {
  try {
    read()
  } catch (error) {
    if (error instanceof SoapFault) return error.content
    throw error
  }
  return expect.unreachable('it should have been refused')
}
const refusal = (xml: string, action?: string) => faultOf(() => readRequest(xml, action))
const problems = (xml: string): string[] =>
  (refusal(xml).problems ?? []).map(({ path, message }) => `${path} ${message}`)

describe('a request', () => {
  it('is the operation and its fields', () => {
    expect(readRequest(get(reference), undefined)).toEqual({
      operation: 'GetPayment',
      fields: { reference: 'p1' },
    })
  })

  it.each([
    ['comments and white space', get(`\n <!-- a --> ${reference}\n`)],
    ['CDATA and character references', get('<p:reference>&#112;<![CDATA[1]]></p:reference>')],
    [
      'the namespace as the default one',
      envelope(`<GetPayment xmlns="${PAYMENT_NAMESPACE}"><reference>p1</reference></GetPayment>`),
    ],
    ['an XML declaration', `<?xml version="1.0" encoding="UTF-8"?>\n${get(reference)}`],
    ['attributes of XML Schema', get('<p:reference xsi:nil="false">p1</p:reference>')],
    [
      'headers that need not be understood',
      envelope(`<p:GetPayment>${reference}</p:GetPayment>`, '<s:Header><a xmlns="x"/></s:Header>'),
    ],
    [
      'headers that are for others',
      envelope(
        `<p:GetPayment>${reference}</p:GetPayment>`,
        '<s:Header><a xmlns="x" s:actor="urn:b" s:mustUnderstand="1"/></s:Header>',
      ),
    ],
  ])('may have %s', (_what, xml) => {
    expect(readRequest(xml, '""').fields).toEqual({ reference: 'p1' })
  })

  it('agrees with its SOAPAction, when it has one', () => {
    const action = `${PAYMENT_NAMESPACE}/GetPayment`
    for (const right of [undefined, '', '""', action, `"${action}"`]) {
      expect(readRequest(get(reference), right).operation).toBe('GetPayment')
    }
    const wrong = refusal(get(reference), `"${PAYMENT_NAMESPACE}/VoidPayment"`)
    expect(wrong).toMatchObject({ code: 'Client', text: expect.stringContaining(action) })
  })

  it.each([
    [
      'an element too much',
      get(`${reference}<p:colour>red</p:colour>`),
      ['colour is not an element of GetPayment'],
    ],
    ['an element twice', get(reference + reference), ['reference stands there twice']],
    ['an element missing', get(''), ['reference is missing']],
    [
      'an element of no namespace',
      get('<reference>p1</reference>'),
      [`reference must be in the namespace ${PAYMENT_NAMESPACE}`],
    ],
    [
      'elements in a text',
      get('<p:reference><b xmlns="x"/></p:reference>'),
      ['reference must hold text only, no elements'],
    ],
    ['nothing, said so', get('<p:reference xsi:nil="true"/>'), ['reference must not be nil']],
    [
      'an attribute',
      get('<p:reference id="1">p1</p:reference>'),
      ['reference takes no attributes'],
    ],
    ['an attribute of the operation', get(reference, 'id="1"'), ['GetPayment takes no attributes']],
    [
      'text between elements',
      get(`p1${reference}`),
      ['GetPayment must hold elements only, no text'],
    ],
  ])('with %s is refused with the field', (_what, xml, expected) => {
    expect(problems(xml)).toEqual(expected)
  })

  it('is told all at once, and the order of its elements counts', () => {
    const names = ['name', 'reference', 'number', 'amount', 'currency', 'colour']
    const inside = names.map((name) => `<p:${name}>1</p:${name}>`).join('')
    expect(problems(envelope(`<p:ProcessPayment>${inside}</p:ProcessPayment>`))).toEqual([
      'reference must stand before name',
      'colour is not an element of ProcessPayment',
      'expiration is missing',
      'securityCode is missing',
    ])
  })
})

describe('an envelope', () => {
  it.each([
    ['nothing', '', 'empty'],
    ['no XML', 'hello', 'not well-formed'],
    ['half of it', '<a><b></a>', 'not well-formed'],
    ['a prefix that nobody declared', '<s:Envelope/>', 'not well-formed'],
    ['another root', '<a/>', 'must be a SOAP Envelope'],
    ['two roots', '<a/><b/>', 'more than one root'],
    ['an empty Body', envelope(''), 'exactly one element'],
    ['two operations', envelope('<p:GetPayment/><p:GetPayment/>'), 'exactly one element'],
    ['an unknown operation', envelope('<p:Refund/>'), 'There is no operation Refund, only'],
    ['an operation of another namespace', envelope('<GetPayment/>'), 'must be in the namespace'],
    [
      'an operation that every object has',
      envelope('<p:constructor/>'),
      'no operation constructor',
    ],
    [
      'something after the Body',
      envelope('<p:GetPayment/>').replace('</s:Env', '<a/></s:Env'),
      'nothing else',
    ],
    [
      'a document type',
      `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>${get('<p:reference>&b;</p:reference>')}`,
      'DOCTYPE',
    ],
    ['an entity of nobody', get('<p:reference>&b;</p:reference>'), 'not well-formed'],
    ['a processing instruction', `<?php 1 ?>${get(reference)}`, 'Processing instructions'],
    ['deep nesting', '<a>'.repeat(17) + '</a>'.repeat(17), 'more than 16 deep'],
    ['a flood of elements', `<a>${'<b/>'.repeat(256)}</a>`, 'more than 256'],
  ])('with %s is refused', (_what, xml, text) => {
    expect(refusal(xml)).toMatchObject({ code: 'Client', text: expect.stringContaining(text) })
  })

  it('of SOAP 1.2 is refused as the wrong version', () => {
    const xml = get(reference).replaceAll(
      'http://schemas.xmlsoap.org/soap/envelope/',
      'http://www.w3.org/2003/05/soap-envelope',
    )
    expect(refusal(xml).code).toBe('VersionMismatch')
  })

  it('with a header that must be understood is refused', () => {
    const header = '<s:Header><Security xmlns="x" s:mustUnderstand="1"/></s:Header>'
    const xml = envelope(`<p:GetPayment>${reference}</p:GetPayment>`, header)
    expect(refusal(xml)).toMatchObject({
      code: 'MustUnderstand',
      text: expect.stringContaining('header Security'),
    })
  })

  it('with anything in it is read or refused, quickly, and nothing else happens', () => {
    const sound = `<?xml version="1.0"?>${get(reference)}`
    const pieces = fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '&',
        '&#0;',
        '&amp;',
        ']]>',
        '<![CDATA[',
        '<!--',
        '<!DOCTYPE a>',
        '</s:Body>',
      ),
      fc.constantFrom(...sound.split(/(?=<)/)),
      fc.string({ unit: 'binary', maxLength: 8 }),
    )
    const spoiled = fc
      .tuple(fc.nat(sound.length), fc.nat(sound.length), fc.array(pieces, { maxLength: 4 }))
      .map(([from, to, put]) => sound.slice(0, from) + put.join('') + sound.slice(to))
    fc.assert(
      fc.property(spoiled, (xml) => {
        try {
          expect(readRequest(xml, undefined)).toMatchObject({ operation: expect.any(String) })
        } catch (error) {
          if (!(error instanceof SoapFault)) throw error
        }
      }),
      { numRuns: 3_000 },
    )
  })

  it('is never repeated: no value that was sent is in the refusal', () => {
    const secret = '4242424242424242'
    const wrong = `<p:ProcessPayment><p:number>${secret}</p:number><p:reference a="${secret}">${secret}</p:reference></p:ProcessPayment>`
    for (const xml of [envelope(wrong), envelope(wrong).slice(0, -20), `${secret}${wrong}`]) {
      expect(JSON.stringify(refusal(xml))).not.toContain('4242')
    }
  })
})

it('the WSDL and the code name the same operations, elements and order', async () => {
  const wsdl = fileURLToPath(new URL('payment.wsdl', import.meta.url))
  const client = await createClientAsync(wsdl)
  const { PaymentPort: port } = client.describe().PaymentService
  const inputs = Object.entries<{ input: Record<string, string> }>(port).map(
    ([operation, { input }]) => [
      operation,
      Object.keys(input).filter((key) => !/^(targetNSAlias|targetNamespace)$/.test(key)),
    ],
  )
  expect(Object.fromEntries(inputs)).toEqual(requestFields)
})
