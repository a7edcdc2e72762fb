import { expect, test } from 'vitest'
import { SealingQueue } from '../bytes/sealing-queue.ts'
import type { TypedValue, ValueType } from '../schema/value-type.ts'
import { encodeTerms } from './encode-terms.ts'
import { ListSection } from './postings.ts'
import type { WrittenField } from './split-file.ts'
import { tagsOf } from './tags.ts'
import { NO_NUMBER } from './column-accumulator.ts'
import { TermAccumulator } from './term-accumulator.ts'
import { WORDS } from './testing/sample-split.ts'

/** A field with one document for each value. */
async function field(
  path: string,
  type: ValueType,
  values: readonly TypedValue[],
): Promise<WrittenField> {
  const terms = new TermAccumulator(type, { tokenizer: WORDS, record: 'basic', fieldnorms: false })
  values.forEach((value, doc) => terms.add(doc, value, NO_NUMBER))
  const done = await encodeTerms(terms.collected(), {
    docCount: values.length,
    lists: new ListSection(0),
    queue: new SealingQueue(),
  })
  const { totalTokens, docsWithTerms } = done
  const written = { terms: await done.terms, column: undefined, fieldnorms: undefined }
  return { path, type, totalTokens, docsWithTerms, ...written }
}

test('every value is a tag, and `path!` says that there are no others', async () => {
  const tenant = await field('tenant', 'u64', [7, 12, 7])
  const host = await field('host', 'str', ['web', 'db'])
  expect(tagsOf([tenant, host], ['tenant', 'host'])).toEqual([
    'host!',
    'host:db',
    'host:web',
    'tenant!',
    'tenant:12',
    'tenant:7',
  ])
})

test('paths that are no tag fields, or that the split does not have, give none', async () => {
  expect(tagsOf([await field('host', 'str', ['web'])], ['absent'])).toEqual([])
})

test('values without one way to write them give none', async () => {
  expect(tagsOf([await field('load', 'f64', [0.5])], ['load'])).toEqual([])
})

test('more than a thousand values give none', async () => {
  const ids = Array.from({ length: 1001 }, (_, id) => id)
  expect(tagsOf([await field('id', 'u64', ids)], ['id'])).toEqual([])
  expect(tagsOf([await field('id', 'u64', ids.slice(1))], ['id'])).toHaveLength(1001)
})
