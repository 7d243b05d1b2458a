import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { ProcessStatus } from './status.ts'
import { formatStatus } from './status-text.ts'

const ready = { ready: true, answered: true, reason: '', tookMs: 1 }
const refused = { ready: false, answered: false, reason: 'connect ECONNREFUSED', tookMs: 1 }
const payment: ProcessStatus = {
  name: 'payment',
  group: 'payment',
  address: '127.0.0.1:5090',
  pid: 123_456,
  restarts: 0,
  probe: ready,
  heldDownBy: undefined,
  lastWords: undefined,
  replication: undefined,
}
const replica: ProcessStatus = {
  ...payment,
  name: 'products-0',
  group: 'products',
  address: '127.0.0.1:6180',
  restarts: 2,
  replication: {
    protocol: 'raft',
    memberId: 0,
    writable: true,
    appliedIndex: 12_345,
    protocolDetails: { role: 'leader', term: 12 },
    groupTimeMs: 0,
  } as unknown as NonNullable<ProcessStatus['replication']>,
}
const lines = (processes: readonly ProcessStatus[], width?: number): string[] =>
  stripVTControlCharacters(formatStatus(processes, width)).split('\n')

describe('the status of a cluster', () => {
  it('fits 80 columns, without the process ids where it must', () => {
    expect(lines([payment, replica])).toEqual([
      'NAME        ADDRESS         PID     STATE',
      'payment     127.0.0.1:5090  123456  ready',
      'products-0  127.0.0.1:6180  123456  ready  leader in term 12, applied 12345, 2 restarts',
    ])
    const narrow = lines([payment, replica], 80)
    expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(narrow[2]).toContain('leader in term 12, applied 12345, 2 restarts')
  })

  it('says what a drill did, and how to undo it', () => {
    const killed = { ...payment, probe: refused, heldDownBy: 'kill' } as const
    expect(lines([killed, replica])[1]).toMatch(/DOWN +killed; \.\/agora restart payment$/)
    const paused = { ...payment, probe: refused, heldDownBy: 'pause' } as const
    expect(lines([paused, replica])[1]).toMatch(/PAUSED +paused; \.\/agora resume payment$/)
  })

  it('says what to do where nothing runs', () => {
    const shown = lines([{ ...payment, probe: refused }])
    expect(shown[1]).toMatch(/NOT READY +connect ECONNREFUSED$/)
    expect(shown.at(-1)).toContain('npm start')
  })
})
