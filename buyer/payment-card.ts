/** A card as a request brings it: checked before anything is reserved. Never stored and never logged. */
import { z } from 'zod'
import { codePointLength, isPlainText, nfc } from '../common/unicode.ts'

/** Blanks and hyphens between the digits are how cards are printed. */
const number = z
  .string({ error: 'must be a text of digits' })
  .overwrite((text) => text.replaceAll(/[ -]/g, ''))
  .regex(/^\d{12,19}$/, { error: 'must be 12 to 19 digits', abort: true })
  .refine(isLuhn, { error: 'is not the number of a card: a digit is wrong' })
  .meta({
    description: 'Blanks and hyphens between the digits are taken out.',
    // What is checked is what remains of it: the pattern above would refuse the blanks.
    pattern: '^[ -]*([0-9][ -]*){12,19}$',
    examples: ['4242 4242 4242 4242'],
  })

export const paymentCard = z.strictObject({
  name: z
    .string({ error: 'must be a text' })
    .overwrite((text) => nfc(text.trim()))
    .refine(isPlainText, { error: 'must not contain control characters' })
    .refine((text) => text !== '' && codePointLength(text) <= 64, {
      error: 'must be 1 to 64 characters',
    })
    .meta({ minLength: 1, maxLength: 64, examples: ['Ada Lovelace'] }),
  number,
  expiration: z
    .string({ error: 'must be MM/YY' })
    .regex(/^(0[1-9]|1[0-2])\/\d{2}$/, { error: 'must be MM/YY', abort: true })
    .refine((text) => !isPast(text, Date.now()), { error: 'is in the past' })
    .meta({ examples: ['12/39'] }),
  securityCode: z
    .string({ error: 'must be a text of digits' })
    .regex(/^\d{3,4}$/, { error: 'must be 3 or 4 digits' })
    .meta({ examples: ['123'] }),
})

/** The check digit of ISO/IEC 7812: from the right, every second digit counts double. */
export function isLuhn(digits: string): boolean {
  let sum = 0
  for (const [index, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2)
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}

/** A card is good to the end of its month, in the time zone that is last to end it (UTC−12). */
function isPast(expiration: string, nowUnixMs: number): boolean {
  const month = Number(expiration.slice(0, 2))
  const year = 2_000 + Number(expiration.slice(3))
  // Date.UTC counts months from 0: this is the first day of the month after.
  return nowUnixMs >= Date.UTC(year, month, 1, 12)
}
