/**
 * What travels with the applied position: the view that issued the last entry, and the next
 * localSequence of each sender. A restart, or a member that installs the state, goes on from it.
 */
import { ByteReader, ByteWriter } from '../../common/bytes.ts'
import { CodecError } from '../../common/codec-error.ts'
import { Slab } from '../../common/slab.ts'
import { SenderOrder } from './sender-order.ts'
import { readViewId, writeViewId } from './view-codec.ts'
import type { ViewId } from './view.ts'

const formatVersion = 2

const scratch = new ByteWriter()
const slab = new Slab()

export type AppliedContext = { readonly viewId: ViewId | undefined; readonly order: SenderOrder }

export function encodeContext(viewId: ViewId, order: SenderOrder): Uint8Array {
  scratch.restart().u8(formatVersion)
  writeViewId(scratch, viewId)
  return scratch.bytes(order.encode()).take(slab)
}

/** Undefined: nothing has been ordered yet. Throws CodecError. */
export function decodeContext(bytes: Uint8Array | undefined): AppliedContext {
  if (bytes === undefined) return { viewId: undefined, order: new SenderOrder() }
  const reader = new ByteReader(bytes)
  const version = reader.u8()
  if (version !== formatVersion) throw new CodecError(`context of format ${version} is unknown`)
  const viewId = readViewId(reader)
  const order = SenderOrder.decode(reader.bytes())
  reader.end()
  return { viewId, order }
}
