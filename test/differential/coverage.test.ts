import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/engine/bytes/json.ts'
import { parseQueryString } from '../../src/engine/query/query-string.ts'
import type { Query } from '../../src/engine/query/query.ts'
import { parseIndexConfig } from '../../src/engine/schema/config-text.ts'
import { bindIndexSearch } from '../../src/engine/search/index-search.ts'
import { docMapping, randomFields } from './model.ts'
import { requestOf } from './model-aggregation.ts'
import { MODELLED_AGGREGATIONS, randomAggregations } from './random-aggregation.ts'
import { MODELLED_CLAUSES, randomQuery } from './random-query.ts'
import { Choices } from './random.ts'

/** Enough for every kind to be drawn many times. */
const SEEDS = Array.from({ length: 300 }, (_, seed) => seed)

function kindsIn(query: Query): string[] {
  if (query.kind === 'boost') return ['boost', ...kindsIn(query.query)]
  if (query.kind !== 'bool') return [query.kind]
  const { must, filter, should, mustNot } = query
  return ['bool', ...[...must, ...filter, ...should, ...mustNot].flatMap(kindsIn)]
}

test('random queries bind to every kind of clause that the engine has', () => {
  const kinds = new Set<string>()
  for (const seed of SEEDS) {
    const choices = new Choices(seed)
    const fields = randomFields(choices)
    const mapping = docMapping(fields) as JsonObject // strings, booleans and arrays of them
    const config = parseIndexConfig({ version: '0.9', index_id: 'events', doc_mapping: mapping })
    for (let left = 5; left > 0; left--) {
      const { text } = randomQuery(fields, choices)
      const { query } = bindIndexSearch(config, {
        query: parseQueryString(text, { defaultOperator: 'and' }),
      })
      for (const kind of kindsIn(query)) kinds.add(kind)
    }
  }
  expect([...kinds].sort()).toEqual([...MODELLED_CLAUSES].sort())
})

test('random aggregations are of every kind that the engine has', () => {
  const text = SEEDS.map((seed) => {
    const choices = new Choices(seed)
    return JSON.stringify(requestOf(randomAggregations(randomFields(choices), choices)))
  }).join()
  expect(MODELLED_AGGREGATIONS.filter((type) => !text.includes(`{"${type}":{`))).toEqual([])
})
