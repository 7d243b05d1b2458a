/** Values of the command lines that start groups. What is wrong is said in a sentence. */
import { InvalidArgumentError } from 'commander'
import { keyBytes } from './command.ts'

export function number(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected 1 or more.')
  return value
}

export function numbers(text: string): number[] {
  return text.split(',').map(number)
}

export function groupSize(text: string): number {
  const value = number(text)
  if (![1, 3, 5, 7].includes(value)) throw new InvalidArgumentError('Expected 1, 3, 5 or 7.')
  return value
}

/** In bytes: a command holds its key. */
export function commandSize(text: string): number {
  const value = number(text)
  if (value < keyBytes) throw new InvalidArgumentError(`Expected ${keyBytes} or more.`)
  return value
}
