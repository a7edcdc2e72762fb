import { expect, test } from 'vitest'
import { checkRequest } from './check-request.ts'
import type { SearchRequest, SortKey } from './request.ts'

const PLAIN: SearchRequest = {
  indexIdPatterns: ['events'],
  missingIndexes: 'error',
  query: { kind: 'matchAll' },
  maxHits: 10_000,
  startOffset: 10_000,
  sort: [],
  countAll: true,
  snippetFields: [],
  allowFailedSplits: false,
}

const by = (field: string): SortKey => ({ by: 'field', field, order: 'asc', dateUnit: 'ms' })

test('a request at its limits is fine', () => {
  const sort: SortKey[] = [by('a'), by('b'), { by: 'doc', order: 'asc' }]
  expect(() =>
    checkRequest({ ...PLAIN, sort, searchAfter: [1, null, 'SPLIT:00000000:0000000a'] }),
  ).not.toThrow()
})

test.each<[string, Partial<SearchRequest>, string]>([
  ['no index', { indexIdPatterns: ['-events'] }, 'at least one index'],
  ['too many hits', { maxHits: 10_001 }, '`max_hits` must be a whole number from 0 to 10000'],
  ['half a hit', { maxHits: 0.5 }, '`max_hits`'],
  ['too far a start', { startOffset: 10_001 }, '`start_offset`'],
  ['three sort fields', { sort: ['a', 'b', 'c'].map(by) }, 'SORT_KEYS_LIMIT=2'],
  [
    'a cursor that is no address',
    { sort: [{ by: 'doc', order: 'asc' }], searchAfter: [3] },
    '<split_id>:<segment>:<doc>',
  ],
  ['a cursor of another length', { sort: [by('a')], searchAfter: [1, 2] }, 'different length'],
])('%s is invalid whatever the index', (_, wrong, message) => {
  expect(() => checkRequest({ ...PLAIN, ...wrong })).toThrow(
    expect.objectContaining({ kind: 'invalid', message: expect.stringContaining(message) }),
  )
})
