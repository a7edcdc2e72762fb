import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../bytes/json.ts'
import { configChanges } from './config-changes.ts'
import { parseIndexConfig } from './config-text.ts'

const MAPPING: JsonObject = {
  timestamp_field: 'at',
  field_mappings: [
    { name: 'at', type: 'datetime', fast: true },
    { name: 'price', type: 'f64' },
  ],
}

function changes(mapping: JsonObject, rest: JsonObject = {}) {
  const config = (docMapping: JsonObject, more: JsonObject) =>
    parseIndexConfig({ version: '0.9', index_id: 'shop', doc_mapping: docMapping, ...more })
  return configChanges(config(MAPPING, {}), config(mapping, rest))
}

describe('what an update changes', () => {
  test('nothing, when the config says the same in other words', () => {
    expect(changes({ ...MAPPING, mode: 'dynamic' }, { retention: null })).toEqual([])
  })

  test('search and retention at once', () => {
    const found = changes(MAPPING, {
      search_settings: { default_search_fields: ['price'] },
      retention: { period: '7 days' },
    })
    expect(found).toMatchObject([
      { path: 'search_settings.default_search_fields', after: ['price'], effect: 'atOnce' },
      { path: 'retention', before: null, effect: 'atOnce' },
    ])
  })

  test('a field by its name, in what is indexed from now on', () => {
    const fields = [
      { name: 'at', type: 'datetime', fast: true },
      { name: 'shop', type: 'text' },
      { name: 'price', type: 'f64', fast: true },
    ]
    expect(changes({ ...MAPPING, field_mappings: fields })).toMatchObject([
      { path: 'doc_mapping.field_mappings.price.fast', before: false, after: true },
      { path: 'doc_mapping.field_mappings.shop', before: undefined, effect: 'newDocuments' },
    ])
  })

  test('a refused setting says why, beside those that are allowed', () => {
    const found = changes({ ...MAPPING, timestamp_field: null }, { search_settings: {} })
    expect(found).toMatchObject(
      [{ path: 'doc_mapping.timestamp_field', effect: 'refused', reason: /cannot be changed/ }].map(
        (change) => ({ ...change, reason: expect.stringMatching(change.reason) as string }),
      ),
    )
  })
})
