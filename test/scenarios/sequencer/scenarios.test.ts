/**
 * Runs every scenario beside this file. A scenario is a text: `#` lines cite the rule that it shows,
 * `>` lines are the script, all others the trace that is expected. `npx vitest run -u` rewrites the
 * trace; read what changed before you commit it.
 *
 * Commands: members N [setting=value …] · start · founded (all start, and view 1.0 of all is formed;
 * that is told in first-founding.txt) · propose M TEXT · propose-bytes M SIZE · barrier M · cut A B (A
 * cannot reach B) · part A B | C D (nothing passes between the sets) · heal · hold A B (what A sends
 * to B comes later) · release A B · hold-disk M · release-disk M · crash M (down) · wipe M (down, disk
 * lost) · leave M · restart M · reason M · tick N.
 * After each, all happens that needs no time.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ScenarioGroup } from './group.ts'

const folder = import.meta.dirname
const scenarios = readdirSync(folder).filter((name) => name.endsWith('.txt'))

describe('scenarios of the rotating sequencer', () => {
  it('exist', () => expect(scenarios.length).toBeGreaterThan(0))
  for (const name of scenarios) {
    it(name, async () => {
      const path = join(folder, name)
      expect(readFileSync(path, 'utf8')).toMatch(/^# Rule: /)
      await expect(play(readFileSync(path, 'utf8'))).toMatchFileSnapshot(path)
    })
  }
})

function play(text: string): string {
  const lines: string[] = []
  let group: ScenarioGroup | undefined
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line === '') lines.push(line)
    if (!line.startsWith('> ')) continue
    lines.push(line)
    const words = line.slice(2).split(' ')
    if (words[0] === 'members') {
      group = new ScenarioGroup({
        members: Number(words[1]),
        config: Object.fromEntries(words.slice(2).map(setting)),
        trace: (told) => lines.push(told),
      })
    } else if (words[0] === 'founded') {
      // first-founding.txt tells how.
      const before = lines.length
      if (group !== undefined) perform(group, ['start'], () => undefined)
      lines.length = before
    } else if (group !== undefined) perform(group, words, (told) => lines.push(told))
    else throw new Error('a scenario begins with its members')
  }
  return lines.join('\n')
}

function perform(group: ScenarioGroup, words: string[], tell: (line: string) => void): void {
  const [command = '', first = '', ...rest] = words
  const member = Number(first)
  switch (command) {
    case 'start':
      for (const { id } of group.members) group.start(id)
      break
    case 'propose':
      group.propose(member, rest.join(' '))
      break
    case 'propose-bytes':
      group.propose(member, new Uint8Array(Number(rest[0])))
      break
    case 'barrier':
      group.barrier(member)
      break
    case 'hold':
      group.hold(member, Number(rest[0]))
      break
    case 'release':
      group.release(member, Number(rest[0]))
      break
    case 'cut':
      group.cut(member, Number(rest[0]))
      break
    case 'heal':
      group.heal()
      break
    case 'hold-disk':
      group.holdDisk(member)
      break
    case 'release-disk':
      group.releaseDisk(member)
      break
    case 'crash':
      group.crash(member)
      break
    case 'restart':
      group.start(member)
      break
    case 'wipe':
      group.wipe(member)
      break
    case 'leave':
      group.leave(member)
      break
    case 'part':
      // part 0 1 2 | 3 4
      group.part(...words.slice(1).join(' ').split('|').map(numbers))
      break
    case 'reason':
      tell(`${member}: ${group.coreOf(member).unavailableReason() ?? 'takes proposals'}`)
      break
    case 'tick':
      for (let ticks = 0; ticks < member; ticks += 1) group.tick()
      break
    default:
      throw new Error(`there is no command ${command}`)
  }
  group.settle()
}

function setting(text: string): [string, number] {
  const [name = '', value = ''] = text.split('=')
  return [name, Number(value)]
}

function numbers(text: string): number[] {
  return text.trim().split(' ').map(Number)
}
