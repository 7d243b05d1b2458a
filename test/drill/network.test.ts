/** The rules as nft is given them; that they do what they say is seen in every drill on machines. */
import { expect, it } from 'vitest'
import { rulesOf } from './network.ts'

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
      'ip saddr { 10.0.0.1 } ip daddr { 10.0.0.2, 10.0.0.3 } drop',
      'ip saddr 10.0.0.3 tcp sport 5090 drop',
      'ip protocol udp numgen random mod 100 < 12 drop',
      'ether type ip numgen random mod 100 < 3 drop',
    ),
  )
})
