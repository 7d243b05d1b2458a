/**
 * A request that gets no answer: what the caller is told instead. Never with a value that was sent.
 */
import type { FieldProblem } from '../common/errors.ts'
import type { FaultCode } from './messages.ts'

export type FaultContent = {
  readonly code: FaultCode
  /** What is wrong and what to do, for a person. */
  readonly text: string
  /** One for each bad field, as the WSDL's InvalidRequest. */
  readonly problems?: readonly FieldProblem[]
  /** SOAP over HTTP answers faults with 500 (SOAP 1.1, section 6.2); others only where HTTP itself refuses. */
  readonly httpStatus?: 403 | 413 | 415
}

export class SoapFault extends Error {
  readonly content: FaultContent

  constructor(content: FaultContent) {
    super(content.text)
    this.content = content
  }
}

export function clientFault(text: string): SoapFault {
  return new SoapFault({ code: 'Client', text })
}

export function fieldsFault(problems: readonly FieldProblem[]): SoapFault {
  const text = problems.map(({ path, message }) => `${path} ${message}`).join('; ')
  return new SoapFault({ code: 'Client', text, problems })
}
