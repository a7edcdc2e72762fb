import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

import { readIndexConfig } from './config-text.ts'
import { SETTINGS_WITHOUT_EFFECT } from './settings-without-effect.ts'
import { withMapping } from './testing/sample-configs.ts'

test('a setting that does nothing is named at creation, with what happens instead', () => {
  const { notes } = readIndexConfig(
    withMapping(
      { partition_key: 'tenant', max_num_partitions: 10 },
      { ingest_settings: { min_shards: 2, validate_docs: false } },
    ),
  )
  expect(notes).toEqual([
    expect.stringMatching(/^`doc_mapping\.partition_key` has no effect: documents of all keys/),
    expect.stringMatching(/^`doc_mapping\.max_num_partitions` has no effect: /),
    expect.stringMatching(/^`ingest_settings\.min_shards` has no effect: /),
    expect.stringMatching(/^`ingest_settings\.validate_docs` has no effect: .* always refused/),
  ])
})

test('an object that is to be fast has a note, however deep it lies', () => {
  const inner = { name: 'in', type: 'object', fast: true, field_mappings: [text('b')] }
  const outer = { name: 'out', type: 'object', field_mappings: [text('a'), inner] }
  const { notes } = readIndexConfig(withMapping({ field_mappings: [outer] }))
  const path = 'doc_mapping.field_mappings[0].field_mappings[1].fast'
  expect(notes).toEqual([`\`${path}\` has no effect: each field inside says it itself`])
})

function text(name: string): { name: string; type: string } {
  return { name, type: 'text' }
}

test('what says nothing else than what happens anyway needs no note', () => {
  const { notes } = readIndexConfig(
    withMapping(
      {
        max_num_partitions: 200,
        timestamp_field: 'ts',
        field_mappings: [{ name: 'ts', type: 'datetime', fast: true }],
      },
      {
        ingest_settings: { min_shards: 1, validate_docs: true },
        retention: { period: '30 days', schedule: '@hourly' },
      },
    ),
  )
  expect(notes).toEqual([])
})

/** Production code outside this folder, which only reads configs and writes them. */
const src = fileURLToPath(new URL('../../', import.meta.url))
const elsewhere = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|\/testing\/|engine\/schema\//.test(name))
  .map((name) => readFileSync(join(src, name), 'utf8'))
  .join('\n')

/** The last part of the path as the typed config calls it. */
function typedName(path: string): string {
  const name = path.split('.').at(-1) ?? ''
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

test.each([{ type: 'stable_log' }, { type: 'limit_merge', max_finalize_split_num_docs: 1 }])(
  'every setting of indexing is used by somebody, or has a note: %j',
  (policy) => {
    const settings = { indexing_settings: { merge_policy: policy } }
    const { config } = readIndexConfig(withMapping({}, settings))
    const { mergePolicy, ...indexing } = config.indexingSettings
    const names = Object.keys({ ...indexing, ...mergePolicy, ...config.ingestSettings })
    const unused = names.filter((name) => !new RegExp(`\\b${name}\\b`).test(elsewhere))
    const noted = SETTINGS_WITHOUT_EFFECT.map(({ path }) => typedName(path))
    expect(unused.filter((name) => !noted.includes(name))).toEqual([])
    expect(unused).toEqual(expect.arrayContaining(['minShards', 'validateDocs']))
  },
)
