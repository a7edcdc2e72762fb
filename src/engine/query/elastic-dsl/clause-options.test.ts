import { expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../bytes/json.ts'
import { isQwError, type QwError } from '../../errors.ts'
import { CLAUSE_OPTIONS } from './clause-options.ts'
import { parseElasticQuery } from './parse-elastic-query.ts'

/** Every clause with the least that makes it one; `add` puts options where the clause has its own. */
const CLAUSES: Readonly<Record<string, (add: JsonObject) => JsonValue>> = {
  match_all: (add) => add,
  match_none: (add) => add,
  match: (add) => ({ f: { query: 'a', ...add } }),
  match_phrase: (add) => ({ f: { query: 'a', ...add } }),
  match_phrase_prefix: (add) => ({ f: { query: 'a', ...add } }),
  match_bool_prefix: (add) => ({ f: { query: 'a', ...add } }),
  multi_match: (add) => ({ query: 'a', fields: ['f'], ...add }),
  query_string: (add) => ({ query: 'f:a', ...add }),
  simple_query_string: (add) => ({ query: 'a', fields: ['f'], ...add }),
  term: (add) => ({ f: { value: 'a', ...add } }),
  terms: (add) => ({ f: ['a'], ...add }),
  range: (add) => ({ f: { gt: 1, ...add } }),
  exists: (add) => ({ field: 'f', ...add }),
  prefix: (add) => ({ f: { value: 'a', ...add } }),
  wildcard: (add) => ({ f: { value: 'a*', ...add } }),
  regexp: (add) => ({ f: { value: 'a.*', ...add } }),
  fuzzy: (add) => ({ f: { value: 'a', ...add } }),
  bool: (add) => ({ must: [{ match_all: {} }], ...add }),
  constant_score: (add) => ({ filter: { match_all: {} }, ...add }),
  dis_max: (add) => ({ queries: [{ match_all: {} }], ...add }),
}

/** Undefined: it was taken. */
function refusal(clause: string, add: JsonObject): QwError | undefined {
  try {
    parseElasticQuery({ [clause]: CLAUSES[clause]?.(add) ?? null })
    return undefined
  } catch (error) {
    if (isQwError(error)) return error
    throw error
  }
}

test.each(Object.keys(CLAUSES))('%s refuses an option that there is not, and a name', (clause) => {
  expect(refusal(clause, {})).toBeUndefined()
  const unknown = refusal(clause, { no_such_option: 1 })?.message
  // `terms` takes the name for a second field.
  expect(unknown).toMatch(clause === 'terms' ? /expected a single field/ : /\[no_such_option\]/)
  expect(refusal(clause, { _name: 'n' })).toMatchObject({
    fix: CLAUSE_OPTIONS['_name'] && expect.any(String),
  })
})

test('an option that is refused says why and what to do, and is taken where it asks for nothing', () => {
  const seen = new Set<string>()
  for (const clause of Object.keys(CLAUSES)) {
    for (const [name, option] of Object.entries(CLAUSE_OPTIONS)) {
      const error = refusal(clause, { [name]: 'x' })
      if (error === undefined || !error.message.includes('is not supported')) continue
      seen.add(name)
      expect(option).toMatchObject({ kind: 'refused', fix: error.fix })
    }
  }
  const refused = Object.entries(CLAUSE_OPTIONS).filter(([, { kind }]) => kind === 'refused')
  expect([...seen].toSorted()).toEqual(refused.map(([name]) => name).toSorted())
  expect(refusal('prefix', { rewrite: 'constant_score' })).toBeUndefined()
  expect(refusal('prefix', { rewrite: 'top_terms_10' })?.message).toContain('score a constant')
  expect(refusal('bool', { adjust_pure_negative: true })).toBeUndefined()
})

test('what Kibana and Grafana put into a query string is taken', () => {
  const sent = { analyze_wildcard: true, time_zone: 'Europe/Paris', default_field: '_source' }
  expect(refusal('query_string', sent)).toBeUndefined()
})
