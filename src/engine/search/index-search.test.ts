import { expect, test } from 'vitest'
import { parseIndexConfig } from '../schema/config-text.ts'
import { bindIndexSearch } from './index-search.ts'

const config = (docMapping: object) =>
  parseIndexConfig({ version: '0.9', index_id: 'events', doc_mapping: { ...docMapping } })

const TIMED = config({
  timestamp_field: 'ts',
  field_mappings: [{ name: 'ts', type: 'datetime', fast: true }],
})
const ALL = { query: { kind: 'matchAll' } } as const

test('time bounds are a filter on the timestamp field: the start inclusive, the end exclusive', () => {
  const bounded = { ...ALL, startTimestamp: 10, endTimestamp: 20 }
  expect(bindIndexSearch(TIMED, bounded).query).toMatchObject({
    kind: 'bool',
    must: [{ kind: 'matchAll' }],
    filter: [
      {
        field: { path: 'ts', type: 'date' },
        lower: { value: 10_000, inclusive: true },
        upper: { value: 20_000, inclusive: false },
      },
    ],
  })
})

test('bounds far beyond any date stay exact', () => {
  const far = 2 ** 52
  expect(bindIndexSearch(TIMED, { ...ALL, endTimestamp: far }).query).toMatchObject({
    filter: [{ upper: { value: BigInt(far) * 1_000_000_000n } }],
  })
})

test('without bounds the query is as bound', () => {
  expect(bindIndexSearch(TIMED, ALL).query).toEqual({ kind: 'matchAll' })
})

test('bounds on an index without timestamp field are refused', () => {
  expect(() => bindIndexSearch(config({}), { ...ALL, startTimestamp: 1 })).toThrow(
    expect.objectContaining({ kind: 'invalid', message: expect.stringContaining('`events`') }),
  )
})

test('the schema of a config is built once', () => {
  expect(bindIndexSearch(TIMED, ALL).schema).toBe(bindIndexSearch(TIMED, ALL).schema)
})
