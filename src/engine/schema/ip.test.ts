import fc from 'fast-check'
import { expect, test } from 'vitest'

import { formatIp, parseIp, parseIpNetwork } from './ip.ts'

test('every address comes back as it went in', () => {
  const group = fc.uint8Array({ minLength: 2, maxLength: 2 })
  const sparse = fc.oneof(fc.constant(new Uint8Array(2)), group)
  fc.assert(
    fc.property(fc.array(sparse, { minLength: 8, maxLength: 8 }), (groups) => {
      const bytes = Uint8Array.from(groups.flatMap((pair) => [...pair]))
      expect(parseIp(formatIp(bytes))).toEqual(bytes)
    }),
  )
})

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
])('%s prints as %s', (text, printed) => {
  const bytes = parseIp(text)
  expect(bytes && formatIp(bytes)).toBe(printed)
})

test.each([
  '',
  '1.2.3',
  '1.2.3.256',
  '01.2.3.4',
  '1.2.3.4.5',
  ':',
  '1:2',
  ':::',
  '1::2::3',
  'g::',
  '12345::',
  '1:2:3:4:5:6:7::8',
  '1.2.3.4::',
  '::1%eth0',
])('%j is no address', (text) => {
  expect(parseIp(text)).toBeUndefined()
})

test.each([
  ['10.0.0.0/8', '10.0.0.0', '10.255.255.255'],
  ['10.1.2.3/8', '10.0.0.0', '10.255.255.255'],
  ['192.168.1.64/26', '192.168.1.64', '192.168.1.127'],
  ['192.168.1.7/32', '192.168.1.7', '192.168.1.7'],
  ['0.0.0.0/0', '0.0.0.0', '255.255.255.255'],
  ['2001:db8::/32', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['::1/128', '::1', '::1'],
  ['::ffff:10.0.0.0/104', '10.0.0.0', '10.255.255.255'],
])('the network %s is %s to %s', (text, first, last) => {
  const network = parseIpNetwork(text)
  expect(network && [formatIp(network.first), formatIp(network.last)]).toEqual([first, last])
})

test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/-1', '10.0/8', '::/129', '/8', '10.0.0.0/8/8'])(
  '%j is no network',
  (text) => {
    expect(parseIpNetwork(text)).toBeUndefined()
  },
)

test('an address is in a network exactly when its first bits are those of the network', () => {
  const address = fc.uint8Array({ minLength: 16, maxLength: 16 })
  const bitsOf = (bytes: Uint8Array): string =>
    [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  fc.assert(
    fc.property(address, address, fc.integer({ min: 0, max: 128 }), (network, other, bits) => {
      // An address that shares the first half comes close often enough to matter.
      const near = Uint8Array.from([...network.subarray(0, 8), ...other.subarray(8)])
      const hex = [...network].map((byte) => byte.toString(16).padStart(2, '0')).join('')
      const range = parseIpNetwork(`${hex.replace(/(.{4})(?!$)/g, '$1:')}/${bits}`)
      if (range === undefined) throw new Error('no network')
      for (const tried of [other, near, network]) {
        const shares = bitsOf(tried).slice(0, bits) === bitsOf(network).slice(0, bits)
        const isInside =
          Buffer.compare(tried, range.first) >= 0 && Buffer.compare(tried, range.last) <= 0
        expect(isInside).toBe(shares)
      }
    }),
  )
})
