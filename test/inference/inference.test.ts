import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/engine/bytes/json.ts'
import { wrongSearch } from './infer-and-search.ts'
import { KINDS } from './value-kinds.ts'

/** Documents over all cases; the slow suite sets more. */
const DOCS = Number(process.env['INFERENCE_DOCS'] ?? 4_000)
const DOCS_PER_CASE = 50

/** Documents with some fields of every kind, some of them missing here and there. */
const documents = fc
  .tuple(
    fc.subarray([...KINDS], { minLength: 1, maxLength: 6 }),
    fc.integer({ min: 1, max: DOCS_PER_CASE }),
    fc.double({ min: 0.3, max: 1, noNaN: true }),
  )
  .chain(([kinds, count, presence]) => {
    const field = (value: fc.Arbitrary<JsonObject[string]>) =>
      presence > 0.8 ? value : fc.option(value, { nil: null, freq: 3 })
    const doc = fc.record(Object.fromEntries(kinds.map(({ name, value }) => [name, field(value)])))
    return fc.array(doc, { minLength: count, maxLength: count })
  })
  .map((docs): JsonObject[] => docs.map((doc, id) => ({ ...doc, id })))

test('every document fits the mapping inferred from them, and each value finds its documents and no others', async () => {
  await fc.assert(
    fc.asyncProperty(documents, async (docs) => {
      expect(await wrongSearch(docs)).toBeUndefined()
    }),
    { numRuns: Math.ceil((2 * DOCS) / DOCS_PER_CASE) },
  )
})
