/** The rules as nft is given them; that they do what they say is seen in every drill on machines. */
import { expect, it } from 'vitest'
import { packetsIn, rulesOf } from './network.ts'

it('rules replace those before, one for each trouble, and none when all is well', () => {
  const around = (...rules: string[]) =>
    [
      'add table bridge drill',
      'delete table bridge drill',
      'table bridge drill {',
      '  chain forward {',
      '    type filter hook forward priority 0; policy accept;',
      ...rules.map((rule) => `    ${rule}`),
      '  }',
      '}',
      '',
    ].join('\n')
  expect(rulesOf([])).toBe(around())
  expect(
    rulesOf([
      { kind: 'cut', from: ['10.0.0.1'], to: ['10.0.0.2', '10.0.0.3'] },
      { kind: 'mute', address: '10.0.0.3', port: 5090 },
      { kind: 'loss', of: 'datagrams', percent: 12 },
      { kind: 'loss', of: 'packets', percent: 3 },
    ]),
  ).toBe(
    around(
      'ip saddr { 10.0.0.1 } ip daddr { 10.0.0.2, 10.0.0.3 } counter drop',
      'ip saddr 10.0.0.3 tcp sport 5090 counter drop',
      'ip protocol udp numgen random mod 100 < 12 counter drop',
      'ether type ip numgen random mod 100 < 3 counter drop',
    ),
  )
})

it('the packets that each rule has dropped are read in the order of the rules', () => {
  const rule = (...expr: object[]) => ({ rule: { family: 'bridge', table: 'drill', expr } })
  const counted = (packets: number) => ({ counter: { packets, bytes: 60 * packets } })
  const nftables = [
    { metainfo: { version: '1.0.6' } },
    { chain: { family: 'bridge', table: 'drill', name: 'forward' } },
    rule({ match: {} }, counted(7), { drop: null }),
    rule(counted(0), { drop: null }),
  ]
  expect(packetsIn(JSON.stringify({ nftables }))).toEqual([7, 0])
})
