/** Makes commands of one size, no two alike. */
import { randomBytes } from 'node:crypto'
import { assert } from '../../common/assert.ts'
import { keyBytes } from './command.ts'

/** A key is eight random bytes of this maker, then a count. */
export function commandMaker(sizeBytes: number): () => Buffer {
  assert(sizeBytes >= keyBytes, `a command holds its key: ${keyBytes} bytes or more`)
  const pattern = randomBytes(sizeBytes)
  let count = 0
  return () => {
    const command = Buffer.from(pattern)
    command.writeUIntBE(count, keyBytes - 6, 6)
    count += 1
    return command
  }
}
