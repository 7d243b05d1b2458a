/** Bytes that were not written by the codec that reads them. What they meant is unknown: drop them. */
export class CodecError extends Error {
  override readonly name = 'CodecError'
}
