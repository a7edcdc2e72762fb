import fc from 'fast-check'
import { expect, test } from 'vitest'
import { indexIdOf } from './index-id.ts'

test('a file name makes an index id that reads like it', () => {
  expect(
    ['App Events-2026.ndjson.gz', 'access.log', 'a.csv', '2026.json', ''].map(indexIdOf),
  ).toEqual(['app-events-2026', 'access', 'documents', 'documents', 'documents'])
})

test('whatever a file is called, the id is one that an index may have', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      expect(indexIdOf(name)).toMatch(/^[a-z][a-z0-9_-]{2,59}$/)
    }),
  )
})
