import { describe, expect, test } from 'vitest'

import type { JsonObject, JsonValue } from '../bytes/json.ts'
import { checkConfigUpdate } from './config-update.ts'
import { parseIndexConfig } from './config-text.ts'
import { EVERYTHING } from './testing/sample-configs.ts'

describe('an update', () => {
  const current = parseIndexConfig(EVERYTHING)
  const changed = (change: (mapping: JsonObject) => JsonObject, rest: JsonObject = {}) => {
    const mapping = EVERYTHING['doc_mapping'] as JsonObject
    return parseIndexConfig({ ...EVERYTHING, doc_mapping: change(mapping), ...rest })
  }

  test('of settings leaves the mapping as it is', () => {
    const next = changed((mapping) => mapping, {
      search_settings: {},
      retention: null,
      index_uri: null,
    })
    expect(checkConfigUpdate(current, next)).toEqual({ docMappingChanged: false })
  })

  test('of fields asks for a new mapping uid', () => {
    const next = changed((mapping) => ({ ...mapping, store_source: false }))
    expect(checkConfigUpdate(current, next)).toEqual({ docMappingChanged: true })
  })

  test('may add a tokenizer but not change one', () => {
    const tokenizers = (list: JsonValue[]) =>
      changed((mapping) => ({ ...mapping, tokenizers: list }))
    const [grams, words] = (EVERYTHING['doc_mapping'] as { tokenizers: JsonObject[] }).tokenizers
    if (grams === undefined || words === undefined)
      throw new Error('the fixture has two tokenizers')
    const added = tokenizers([grams, words, { name: 'more', type: 'simple' }])
    expect(checkConfigUpdate(current, added)).toEqual({ docMappingChanged: true })
    const edited = tokenizers([{ ...grams, max_gram: 5 }, words])
    expect(() => checkConfigUpdate(current, edited)).toThrow(
      'the tokenizer `grams` cannot be changed',
    )
  })

  test.each<[string, () => ReturnType<typeof changed>]>([
    ['`index_id`', () => changed((mapping) => mapping, { index_id: 'other' })],
    ['`index_uri`', () => changed((mapping) => mapping, { index_uri: 's3://b/other' })],
    [
      '`doc_mapping.timestamp_field`',
      () => changed((mapping) => ({ ...mapping, timestamp_field: null }), { retention: null }),
    ],
  ])('cannot change %s', (path, next) => {
    expect(() => checkConfigUpdate(current, next())).toThrow(`${path}: cannot be changed`)
  })
})
