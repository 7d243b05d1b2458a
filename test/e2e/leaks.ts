/** Where in files certain texts stand: logs, ledgers, spools, dumps, and PostgreSQL's own files. */
import { spawnSync } from 'node:child_process'

/**
 * Texts that are unmistakable by themselves, as card numbers, passwords and tokens are: in clear, and
 * as the hexadecimal digits in which a dump shows a bytea.
 */
export function anywhere(secret: string): string[] {
  return [secret, hex(secret)]
}

/**
 * Texts too short to be looked for by themselves (a security code, a date): as the whole value of a
 * field of JSON, also inside a JSON text (of which a dump doubles the backslashes), of XML, or of a row.
 */
export function asWholeValue(secret: string): string[] {
  const quoted = [
    `"${secret}"`,
    `\\"${secret}\\"`,
    `\\\\"${secret}\\\\"`,
    `'${secret}'`,
    `>${secret}<`,
  ]
  return [...quoted, ...quoted.map(hex), `\t${secret}\t`]
}

/** Files below `folder`, links followed, that hold one of the texts. */
export function filesHolding(folder: string, texts: readonly string[]): string[] {
  // One pass for all texts over hundreds of megabytes, byte by byte, whatever is in them.
  const flags = ['-R', '--binary-files=text', '--devices=skip', '-l', '-F', '-f', '-']
  const { status, stdout, stderr } = spawnSync('grep', [...flags, folder], {
    input: `${texts.join('\n')}\n`,
    env: { ...process.env, LC_ALL: 'C' },
    encoding: 'utf8',
    maxBuffer: 2 ** 24,
  })
  if (status !== 0 && status !== 1) throw new Error(`grep ended with ${status}: ${stderr}`)
  return stdout.split('\n').filter((path) => path !== '')
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex')
}
