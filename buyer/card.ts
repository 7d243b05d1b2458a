/** A card for the command line: asked for on a terminal, else read from a file or standard input. */
import { readFileSync } from 'node:fs'
import { readSecret } from '../platform/terminal/secrets.ts'
import { UsageError } from '../shop/cli/failures.ts'
import type { CardRequest } from './api.ts'

const fields = ['name', 'number', 'expiration', 'securityCode'] as const

/** Throws UsageError when the file is not a card; whether the card is good the server says. */
export async function readCard(file: string | undefined): Promise<CardRequest> {
  if (file !== undefined) return parseCard(readFileSync(file === '-' ? 0 : file, 'utf8'))
  const source = { file: undefined, flag: '--card-file FILE' }
  if (process.stdin.isTTY !== true) {
    throw new UsageError('A card is needed: --card-file FILE (- is standard input).')
  }
  const { input } = await import('@inquirer/prompts')
  const ask = (message: string): Promise<string> => input({ message }, { output: process.stderr })
  return {
    name: await ask('Name on the card'),
    number: (await readSecret('Card number', source)).replaceAll(' ', ''),
    expiration: await ask('Expiration (MM/YY)'),
    securityCode: await readSecret('Security code', source),
  }
}

export function parseCard(text: string): CardRequest {
  let card: unknown
  try {
    card = JSON.parse(text)
  } catch {
    // What was read is not repeated: it may hold a card number.
    throw new UsageError('The card is not JSON.')
  }
  const given = (card ?? {}) as Partial<Record<(typeof fields)[number], unknown>>
  const missing = fields.filter((field) => typeof given[field] !== 'string')
  if (missing.length > 0) throw new UsageError(`The card lacks, as text: ${missing.join(', ')}.`)
  const { name, number, expiration, securityCode } = given as CardRequest
  return { name, number, expiration, securityCode }
}
