/**
 * XML from strangers, read into a small tree: elements with their namespaces, and text. What a message needs no more
 * than an attack does is refused: document types (and with them entities), processing instructions, deep
 * nesting, many elements. It must not know SOAP, and never repeats a text that it read.
 */
import sax, { type QualifiedTag } from 'sax'

export type XmlElement = {
  readonly namespace: string
  /** Without its prefix. */
  readonly name: string
  /** Without declarations of namespaces. */
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly XmlElement[]
  /** What stands between its tags, without what stands in its children. */
  readonly text: string
}

export type XmlAttribute = {
  readonly namespace: string
  readonly name: string
  readonly value: string
}

export type XmlResult =
  | { readonly ok: true; readonly root: XmlElement }
  /** `problem`: a sentence for a person. */
  | { readonly ok: false; readonly problem: string }

type Growing = XmlElement & { readonly children: XmlElement[]; text: string }

/** A payment message nests 4 deep and has a dozen elements; headers of a client's own may add some. */
const DEPTH_MAX = 16
const ELEMENTS_MAX = 256
const NAMESPACE_DECLARATIONS = 'http://www.w3.org/2000/xmlns/'

/** A text that is refused. Thrown out of the parser's callbacks, which know no other way to stop. */
class Refused extends Error {}

export function parseXml(xml: string): XmlResult {
  try {
    return { ok: true, root: parse(xml) }
  } catch (error) {
    if (error instanceof Refused) return { ok: false, problem: error.message }
    throw error
  }
}

function parse(xml: string): XmlElement {
  const parser = sax.parser(true, { xmlns: true, position: true })
  const open: Growing[] = []
  let root: XmlElement | undefined
  let elements = 0

  const refuse = (what: string): never => {
    throw new Refused(`${what} (line ${parser.line + 1}, column ${parser.column})`)
  }
  const addText = (text: string): void => {
    const inside = open.at(-1)
    if (inside !== undefined) inside.text += text
    // The parser itself complains of other text outside, but not of CDATA.
    else if (text.trim() !== '') refuse('There is text outside the root element')
  }
  parser.onerror = () => refuse('The body is not well-formed XML')
  parser.ondoctype = () => refuse('A document type (DOCTYPE) is not allowed')
  parser.onprocessinginstruction = ({ name }) => {
    if (name !== 'xml') refuse('Processing instructions are not allowed')
  }
  parser.onopentag = (tag) => {
    elements += 1
    if (elements > ELEMENTS_MAX) refuse(`There are more than ${ELEMENTS_MAX} elements`)
    if (open.length >= DEPTH_MAX) refuse(`Elements are nested more than ${DEPTH_MAX} deep`)
    open.push(elementOf(tag as QualifiedTag))
  }
  parser.onclosetag = () => {
    const closed = open.pop()
    if (closed === undefined) return
    const around = open.at(-1)
    if (around !== undefined) around.children.push(closed)
    else if (root === undefined) root = closed
    else refuse('There is more than one root element')
  }
  parser.ontext = addText
  parser.oncdata = addText
  parser.write(xml).close()
  return root ?? refuse('The body is empty')
}

function elementOf({ uri, local, attributes }: QualifiedTag): Growing {
  const own = Object.values(attributes).filter((one) => one.uri !== NAMESPACE_DECLARATIONS)
  return {
    namespace: uri,
    name: local,
    attributes: own.map((one) => ({ namespace: one.uri, name: one.local, value: one.value })),
    children: [],
    text: '',
  }
}
