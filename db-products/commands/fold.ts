/**
 * How search compares words. Runs before ordering only: what it gives depends on the Unicode version of the
 * process, so its result travels in the command and is never computed again.
 */
import { foldCase } from '../../common/unicode.ts'

/** NFKC, full case folding, without characters that do not show; spaces at the ends do not count. */
export function foldWord(word: string): string {
  return foldCase(word).trim()
}
