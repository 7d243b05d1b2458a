import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { PlantedBug } from '../../../replication/raft/state.ts'
import { runScenario } from './run-scenario.ts'

const folder = import.meta.dirname
const textOf = (file: string) => readFileSync(join(folder, file), 'utf8')

/** `vitest -u` writes the traces anew. Read what has changed before you commit it. */
describe('Raft scenarios', () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
    it(file, async () => {
      await expect(runScenario(textOf(file))).toMatchFileSnapshot(join(folder, file))
    })
  }
})

/** What a member that breaks one rule does is not what the scenario of that rule shows. */
const shownBy: Readonly<Record<PlantedBug, string>> = {
  voteBeforeDurable: 'vote-lost.txt',
  voteTwice: 'vote-durable.txt',
  commitOlderTerm: 'figure-8.txt',
  lateReadAck: 'late-read-answer.txt',
  readBeforeTermCommit: 'read-before-term-commit.txt',
  ackBeforePersist: 'replaced-while-written.txt',
  confirmReplaced: 'replaced-while-written.txt',
  quorumOneLess: 'stale-leader.txt',
  countAnyDisk: 'wiped-quorum.txt',
  changeBeforeTermCommit: 'change-before-term-commit.txt',
  changeTwiceAtOnce: 'one-change-at-a-time.txt',
  learnerCounts: 'learner-does-not-count.txt',
  installKeepsTail: 'state-conflicting-tail.txt',
  installForgetsTerm: 'state-later-term.txt',
  foundWithoutAll: 'formation.txt',
  trimBeyondDurable: 'trim-behind-durable.txt',
}

describe('a planted bug shows in its scenario', () => {
  for (const [bug, file] of Object.entries(shownBy)) {
    it(`${bug} in ${file}`, () => {
      expect(runScenario(textOf(file), bug as PlantedBug)).not.toBe(textOf(file))
    })
  }
})
