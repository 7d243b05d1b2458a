/** What an examination says, and how that is shown. Pure. */
import { exitCodes } from '../../platform/terminal/exit-codes.ts'
import { type Style, styled } from '../../platform/terminal/style.ts'

/** `warning`: it works, but not as well or as safely as it could. `wrong`: something does not work. */
export type Verdict = 'well' | 'warning' | 'wrong'

export type Finding = {
  /** What was looked at, in a word or two. */
  readonly subject: string
  readonly verdict: Verdict
  /** What was seen. */
  readonly seen: string
  /** What to do; for anything that is not well. */
  readonly advice?: string
}

export function well(subject: string, seen: string): Finding {
  return { subject, verdict: 'well', seen }
}

export function warning(subject: string, seen: string, advice: string): Finding {
  return { subject, verdict: 'warning', seen, advice }
}

export function wrong(subject: string, seen: string, advice: string): Finding {
  return { subject, verdict: 'wrong', seen, advice }
}

const marks: Readonly<Record<Verdict, { readonly word: string; readonly style: Style }>> = {
  well: { word: 'ok', style: 'green' },
  warning: { word: 'hm', style: 'yellow' },
  wrong: { word: 'NO', style: 'red' },
}

export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length))
  const lines = findings.flatMap(({ subject, verdict, seen, advice }) => {
    const { word, style } = marks[verdict]
    const line = `${styled('stdout', style, word)}  ${subject.padEnd(width)}  ${seen}`
    return advice === undefined ? [line] : [line, `${' '.repeat(width + 6)}→ ${advice}`]
  })
  return [...lines, '', summaryOf(findings)].join('\n')
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (wanted: Verdict): number =>
    findings.filter(({ verdict }) => verdict === wanted).length
  const [wrongs, warnings] = [count('wrong'), count('warning')]
  if (wrongs > 0) return `${wrongs} wrong, ${warnings} to think about.`
  return warnings > 0 ? `Nothing wrong, ${warnings} to think about.` : 'All is well.'
}

/** 0 unless something does not work. */
export function exitCodeOf(findings: readonly Finding[]): number {
  return findings.some(({ verdict }) => verdict === 'wrong') ? exitCodes.error : exitCodes.ok
}
