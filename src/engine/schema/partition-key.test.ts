import { expect, test } from 'vitest'

import { parsePartitionKey, plainPartitionFields } from './partition-key.ts'

test('a key is a list of fields and hashes of fields', () => {
  expect(parsePartitionKey('tenant, hash_mod((region, a.b), 16), hash_mod(x,2)')).toEqual({
    kind: 'tuple',
    items: [
      { kind: 'field', path: 'tenant' },
      {
        kind: 'hashMod',
        of: {
          kind: 'tuple',
          items: [
            { kind: 'field', path: 'region' },
            { kind: 'field', path: 'a.b' },
          ],
        },
        modulo: 16,
      },
      { kind: 'hashMod', of: { kind: 'field', path: 'x' }, modulo: 2 },
    ],
  })
  expect(parsePartitionKey(' ')).toEqual({ kind: 'tuple', items: [] })
})

test('its plain fields are those outside hashes', () => {
  expect(plainPartitionFields(parsePartitionKey('tenant,hash_mod(x,2),region'))).toEqual([
    'tenant',
    'region',
  ])
})

test.each([
  ['a,', 2],
  ['a b', 2],
  ['hash_mod(a)', 10],
  ['hash_mod(a, 0)', 13],
  ['hash_mod((a, 2)', 15],
])('%j is refused with the position', (text, position) => {
  expect(() => parsePartitionKey(text)).toThrow(`position=${position}`)
})
