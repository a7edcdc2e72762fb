import { expect, test } from 'vitest'
import { whyNoData } from './data-object.ts'

test.each([
  ['logs/a.gz', 1, 'logs/', undefined],
  ['logs/', 0, 'logs/', 'folder'],
  ['logs/2026/', 12, 'logs/', 'folder'],
  ['logs/a.gz', 0, 'logs/', 'empty'],
  ['logs/a.gz', undefined, 'logs/', undefined],
  ['logs/.keep', 1, 'logs/', 'hidden'],
  ['logs/_SUCCESS', 1, 'logs/', 'hidden'],
  ['logs/_temporary/0/part-0', 1, 'logs/', 'hidden'],
  ['logs/a_b.c/d.gz', 1, '', undefined],
  ['/logs/a', 1, '', 'unnamed'],
  // What the user named is not hidden from him.
  ['_raw/a.gz', 1, '_raw/', undefined],
  ['_raw/a.gz', 1, '', 'hidden'],
  ['_raw-2026/a.gz', 1, '_raw', undefined],
  ['_raw/.tmp/a.gz', 1, '_raw', 'hidden'],
  ['logs/_x.gz', 1, 'logs/_', undefined],
])('%s of %s bytes below `%s` is %s', (key, sizeBytes, prefix, expected) => {
  expect(whyNoData({ key, sizeBytes }, prefix)).toBe(expected)
})
