/** `./agora kill|pause|resume|restart NAME`: drills on a running cluster. */
import type { ClusterDirectory, ProcessRecord } from './cluster-directory.ts'
import { supervisorIsAlive } from './orphans.ts'

export type Drill = 'kill' | 'pause' | 'resume' | 'restart'

const patienceMs = 10_000

/** Resolves with the exit code; says what happened on stderr. */
export async function drill(
  directory: ClusterDirectory,
  what: Drill,
  name: string,
): Promise<number> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  if (supervisorIsAlive(directory) === undefined) {
    say(`No cluster runs from ${directory.path}; npm start starts one.`)
    return 7
  }
  const target = find(directory, name)
  if (target === undefined) {
    const names = directory.readRecord()?.processes.map((process) => process.name) ?? []
    say(`There is no process ${name} here; there are: ${names.join(' ')}`)
    return 4
  }
  switch (what) {
    case 'kill':
      directory.markDown(name)
      if (target.pid !== undefined) process.kill(target.pid, 'SIGKILL')
      say(`${name} is killed and stays down; ./agora restart ${name} brings it back`)
      return 0
    case 'pause':
    case 'resume':
      if (target.pid === undefined) {
        say(`${name} does not run`)
        return 1
      }
      process.kill(target.pid, what === 'pause' ? 'SIGSTOP' : 'SIGCONT')
      say(
        what === 'pause'
          ? `${name} is paused; ./agora resume ${name} lets it go on`
          : `${name} goes on`,
      )
      return 0
    case 'restart':
      directory.unmarkDown(name)
      if (target.pid !== undefined) process.kill(target.pid, 'SIGTERM')
      return await waitForRestart(directory, target, say)
  }
}

/** Until the supervisor has started it anew; resolves with the exit code. */
export async function waitForRestart(
  directory: ClusterDirectory,
  before: ProcessRecord,
  say: (line: string) => void,
): Promise<number> {
  const giveUpAtMs = performance.now() + patienceMs
  while (performance.now() < giveUpAtMs) {
    const now = find(directory, before.name)
    if (now?.state === 'running' && now.pid !== undefined && now.pid !== before.pid) {
      say(`${before.name} runs again (process ${now.pid})`)
      return 0
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  say(
    `${before.name} did not start within ${patienceMs / 1000} s; see ${directory.logPath(before.name)}`,
  )
  return 1
}

export function find(directory: ClusterDirectory, name: string): ProcessRecord | undefined {
  return directory.readRecord()?.processes.find((process) => process.name === name)
}
