import fc from 'fast-check'
import { expect, test } from 'vitest'

import { formatIp, parseIp } from './ip.ts'

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
