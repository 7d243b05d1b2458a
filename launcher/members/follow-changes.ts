/**
 * Tells a running cluster when an operator has changed who its members are, in another process:
 * that one writes the data directory's members.json, this one looks at it. It must not know what a
 * change means.
 */
import { type Cluster, withMemberChanges } from '../environment.ts'
import { readMemberChanges } from './changes-file.ts'

const lookEveryMs = 250

/** `apply` gets the cluster as it is to be, one change at a time. */
export function followMemberChanges(
  cluster: Cluster,
  say: (line: string) => void,
  apply: (changed: Cluster) => Promise<void>,
): { stop(): Promise<void> } {
  let seen = fingerprint(cluster)
  let applying: Promise<void> = Promise.resolve()
  let complaint = ''

  const look = (): void => {
    try {
      const now = fingerprint(cluster)
      complaint = ''
      if (now === seen) return
      seen = now
      const changed = withMemberChanges(cluster)
      applying = applying.then(() => apply(changed)).catch(complain)
    } catch (error) {
      complain(error)
    }
  }
  /** The same trouble four times a second is still one. */
  const complain = (error: unknown): void => {
    const text = error instanceof Error ? error.message : String(error)
    if (text !== complaint) say(text)
    complaint = text
  }

  const timer = setInterval(look, lookEveryMs)
  return {
    stop: () => {
      clearInterval(timer)
      return applying
    },
  }
}

function fingerprint({ directory }: Cluster): string {
  return JSON.stringify([...readMemberChanges(directory)])
}
