/**
 * The shortest form of the drills of ./agora bench raft drills and ./agora bench broadcast drills:
 * three members of a group with their PostgreSQL, clients that write, and machines that die.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Bar, Drill, DrillResult, DrillSetting } from '../../bench/group/drills/drill.ts'
import { killAll } from '../../bench/group/drills/kill-all.ts'
import { leaderKill } from '../../bench/group/drills/kill-one.ts'
import { noQuorum } from '../../bench/group/drills/no-quorum.ts'
import { memberPause } from '../../bench/group/drills/pause.ts'
import { wipeReplace } from '../../bench/group/drills/wipe-replace.ts'
import { wipeReturn } from '../../bench/group/drills/wipe-return.ts'
import { raft, sequencer } from '../../bench/group/protocols.ts'

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
  pauseMs: 2_000,
  basePort: 26_000,
  parentDir: dir,
  logsDir: undefined,
  signal: interruption.signal,
  say: () => undefined,
}

describe('a products group under fire', () => {
  it.each([leaderKill, killAll, wipeReplace])('$name', async (drill: Drill) => {
    const { bars } = await drill.run(setting)
    expect(missed(bars)).toEqual([])
    expect(bars.length).toBeGreaterThan(3)
  })
})

/** Its bars on time are for a machine with nothing else to do; here counts what must hold on any. */
describe('a customers group under fire', () => {
  const inShort = { ...setting, protocol: sequencer, basePort: 26_100, rounds: 1 }
  // no-quorum begins as member-kill does.
  const drills = [noQuorum, memberPause, wipeReturn]
  it.each(drills)('$name', async (drill: Drill) => {
    const result = await drill.run(inShort)
    const facts = withoutTimes(result)
    expect(missed(facts)).toEqual([])
    expect(facts.length).toBeGreaterThan(5)
  })
})

function withoutTimes({ bars }: DrillResult): readonly Bar[] {
  return bars.filter(({ limit }) => !limit.endsWith(' ms'))
}

function missed(bars: readonly Bar[]): string[] {
  return bars
    .filter(({ held }) => !held)
    .map(({ what, limit, seen }) => `${what}: ${seen}, bar ${limit}`)
}
