import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { HostPort, Member } from '../../common/host-port.ts'
import { memberId } from '../../common/member.ts'
import { PeerLinks } from './grpc-peer-links.ts'

let events: string[]
let links: PeerLinks

beforeEach(() => {
  vi.useFakeTimers()
  events = []
  links = new PeerLinks({ open, strangerIdleMs: 1_000 })
})
afterEach(() => {
  links.close()
  vi.useRealTimers()
})

function open(to: Member) {
  events.push(`open ${to.id} at ${to.port}`)
  return {
    leadsTo: ({ host, port }: Member) => host === to.host && port === to.port,
    alsoAt: ({ port }: HostPort) => void events.push(`${to.id} may be at ${port}`),
    send: () => void events.push(`send to ${to.id} at ${to.port}`),
    close: () => void events.push(`close ${to.id} at ${to.port}`),
  }
}

const at = (id: number, port = 7_000 + id): Member => ({ id: memberId(id), host: 'db', port })
const say = (id: number) => links.to(memberId(id))?.send(new Uint8Array())
const taken = () => events.splice(0)

describe('links', () => {
  it('are opened once, and anew only when an address has changed', () => {
    links.setPeers([at(1), at(2)])
    links.setPeers([at(2), at(1)])
    expect(taken()).toEqual(['open 1 at 7001', 'open 2 at 7002'])
    links.setPeers([at(1), at(2, 8_000)])
    expect(taken()).toEqual(['close 2 at 7002', 'open 2 at 8000'])
  })

  it('to one who is no peer any more outlive the last message by a while', () => {
    links.setPeers([at(1)])
    links.setPeers([])
    vi.advanceTimersByTime(900)
    say(1)
    vi.advanceTimersByTime(900)
    expect(taken()).toEqual(['open 1 at 7001', 'send to 1 at 7001'])
    vi.advanceTimersByTime(200)
    expect(taken()).toEqual(['close 1 at 7001'])
  })

  it('are opened again for an answer, and forgotten again', () => {
    links.setPeers([at(1)])
    links.setPeers([])
    vi.advanceTimersByTime(2_000)
    taken()
    say(1)
    vi.advanceTimersByTime(2_000)
    expect(taken()).toEqual(['open 1 at 7001', 'send to 1 at 7001', 'close 1 at 7001'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('to one who is a peer again stay', () => {
    links.setPeers([at(1)])
    links.setPeers([])
    links.setPeers([at(1)])
    vi.advanceTimersByTime(5_000)
    expect(taken()).toEqual(['open 1 at 7001'])
  })

  it('lead nowhere when nobody said where', () => {
    expect(links.to(memberId(9))).toBeUndefined()
  })

  it('are not kept in mind without bound', () => {
    for (let id = 0; id < 300; id += 1) links.setPeers([at(id)])
    vi.advanceTimersByTime(5_000)
    taken()
    const known = Array.from({ length: 300 }, (_, id) => links.to(memberId(id)))
    expect(known.filter((link) => link !== undefined)).toHaveLength(128)
    expect(known[299]).toBeDefined()
  })

  it('are all closed in the end, and none is opened after it', () => {
    links.setPeers([at(1), at(2)])
    links.setPeers([at(1)])
    taken()
    links.close()
    links.setPeers([at(3)])
    expect(links.to(memberId(2))).toBeUndefined()
    expect(taken()).toEqual(['close 1 at 7001', 'close 2 at 7002'])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('whoever has opened a stream', () => {
  it('can be answered where it says, and is sent nothing else', () => {
    links.heardFrom(at(5))
    expect(taken()).toEqual([])
    say(5)
    vi.advanceTimersByTime(2_000)
    expect(taken()).toEqual(['open 5 at 7005', 'send to 5 at 7005', 'close 5 at 7005'])
  })

  it('is answered where it is now; a peer where its group says, or there', () => {
    links.heardFrom(at(5))
    say(5)
    links.heardFrom(at(5, 8_005))
    say(5)
    links.setPeers([at(1)])
    links.heardFrom(at(1, 9_001))
    say(1)
    expect(taken()).toEqual([
      'open 5 at 7005',
      'send to 5 at 7005',
      'close 5 at 7005',
      'open 5 at 8005',
      'send to 5 at 8005',
      'open 1 at 7001',
      '1 may be at 9001',
      'send to 1 at 7001',
    ])
  })
})
