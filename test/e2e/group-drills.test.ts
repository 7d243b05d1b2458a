/**
 * The shortest form of the drills of ./agora bench raft drills: three members of a products group
 * with their PostgreSQL, clients that write, and machines that die.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Drill, DrillResult, DrillSetting } from '../../bench/group/drills/drill.ts'
import { killAll } from '../../bench/group/drills/kill-all.ts'
import { leaderKill } from '../../bench/group/drills/kill-one.ts'
import { wipeReplace } from '../../bench/group/drills/wipe-replace.ts'
import { raft } from '../../bench/group/protocols.ts'

const dir = mkdtempSync(join(tmpdir(), 'agora-drills-'))
const interruption = new AbortController()

afterAll(() => {
  interruption.abort()
  rmSync(dir, { recursive: true, force: true })
})

const setting: DrillSetting = {
  protocol: raft,
  members: 3,
  clients: 6,
  sizeBytes: 256,
  rounds: 2,
  entries: 0,
  pauseMs: 0,
  basePort: 26_000,
  parentDir: dir,
  logsDir: undefined,
  signal: interruption.signal,
  say: () => undefined,
}

describe('a products group under fire', () => {
  it.each([leaderKill, killAll, wipeReplace])('$name', async (drill: Drill) => {
    const result = await drill.run(setting)
    expect(missed(result)).toEqual([])
    expect(result.bars.length).toBeGreaterThan(3)
  })
})

function missed({ bars }: DrillResult): string[] {
  return bars
    .filter(({ held }) => !held)
    .map(({ what, limit, seen }) => `${what}: ${seen}, bar ${limit}`)
}
