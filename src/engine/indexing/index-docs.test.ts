import { expect, test } from 'vitest'
import { publishedSplits } from '../metastore/index-metadata.ts'
import { docMatcher } from '../search/match-docs.ts'
import { testConfig } from './testing/indexing-fixture.ts'
import { asked, snapshotWorld } from './testing/snapshot-world.ts'

/** `n` as a text. */
const CHANGED = testConfig(
  {},
  {
    doc_mapping: {
      timestamp_field: 'ts',
      field_mappings: [
        { name: 'ts', type: 'datetime', input_formats: ['unix_timestamp'], fast: true },
        { name: 'n', type: 'text' },
      ],
    },
  },
)

test('documents that were on their way when the mapping changed answer by the one they were mapped by', async () => {
  const { metastore, inner, add } = await snapshotWorld(0)
  const put = inner.put.bind(inner)
  inner.put = async (key, body, options) => {
    if (key.endsWith('.split')) await metastore.updateConfig(CHANGED)
    return await put(key, body, options)
  }
  await add(0, 10)
  const file = await metastore.load('events')
  const [split] = publishedSplits(file)
  const task = { query: asked('n:[3 TO 5]'), createdMs: 0 }
  expect(await docMatcher(inner)(file.metadata, split!, task)).toEqual(Uint32Array.of(3, 4, 5))
})

test('documents whose index was made anew on their way are refused, not published by the mapping of before', async () => {
  const { metastore, inner, add } = await snapshotWorld(0)
  const put = inner.put.bind(inner)
  inner.put = async (key, body, options) => {
    if (key.endsWith('.split')) {
      await metastore.deleteIndex('events')
      await metastore.createIndex(CHANGED)
    }
    return await put(key, body, options)
  }
  await expect(add(0, 10)).rejects.toMatchObject({ kind: 'conflict' })
  expect((await metastore.load('events')).splits).toEqual([])
})
