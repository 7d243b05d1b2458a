/**
 * Text as people write it: normalised, counted and compared before anything is ordered, so that no
 * replica ever depends on its own Unicode tables. It must not know which text has which limit.
 */

/** Normalisation form C: what is stored and shown. */
export function nfc(text: string): string {
  return text.normalize('NFC')
}

/** Length as limits count it: Unicode code points of the text in form C. */
export function codePointLength(text: string): number {
  let length = 0
  for (const _ of nfc(text)) length += 1
  return length
}

/**
 * False for what cannot be stored or shown: control characters, half surrogate pairs, code points
 * that are no characters. PostgreSQL refuses U+0000, and half a pair would not survive UTF-8.
 */
export function isPlainText(text: string): boolean {
  return !/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u.test(text)
}

/**
 * What must be unique about a username: NFKC, full case folding, without characters that do not
 * show (Unicode's NFKC_Casefold, built from what the language offers).
 */
export function usernameKey(username: string): string {
  return foldCase(foldCase(username))
}

export function foldCase(text: string): string {
  const visible = text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '')
  let folded = ''
  for (const character of visible) folded += foldCharacter(character)
  return folded.normalize('NFKC')
}

/**
 * Lower, upper, lower: ẞ → ß → SS → ss. Character by character, because the language lowers a Σ by its
 * place in the word and folding does not.
 */
function foldCharacter(character: string): string {
  // Folding keeps the dotless i apart, the way up and down again would not.
  if (character === 'ı') return character
  return character.toLowerCase().toUpperCase().toLowerCase()
}
