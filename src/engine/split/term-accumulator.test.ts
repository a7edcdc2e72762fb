import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SealingQueue } from '../bytes/sealing-queue.ts'
import type { TermOptions } from '../schema/field-spec.ts'
import { encodeTerms } from './encode-terms.ts'
import { decodeFieldnorms } from './fieldnorms.ts'
import { decodePositions, decodePostings, ListSection } from './postings.ts'
import { NO_NUMBER } from './column-accumulator.ts'
import { TermAccumulator } from './term-accumulator.ts'
import { scanTerms, TermBlock } from './term-dictionary.ts'
import { WORDS } from './testing/sample-split.ts'

/** Texts by document; a document may have several. */
async function accumulated(
  docs: readonly (readonly string[])[],
  options: Partial<TermOptions> = {},
  numberOf: (text: string) => number = () => NO_NUMBER,
) {
  const accumulator = new TermAccumulator('str', {
    tokenizer: WORDS,
    record: 'position',
    fieldnorms: true,
    ...options,
  })
  docs.forEach((texts, doc) => texts.forEach((text) => accumulator.add(doc, text, numberOf(text))))
  const done = encodeTerms(accumulator.collected(), {
    docCount: docs.length,
    lists: new ListSection(0),
    queue: new SealingQueue(),
  })
  const { blocks } = await done.terms
  const terms: Record<string, unknown> = {}
  scanTerms(
    blocks.map((sealed) => new TermBlock(sealed)),
    (term, entryOf) => {
      const entry = entryOf()
      const { docs: ids, freqs } = decodePostings(undefined, entry, 'position')
      const { positions } =
        freqs === undefined ? { positions: [] } : decodePositions(undefined, entry, freqs)
      terms[Buffer.from(term).toString()] = {
        docs: [...ids],
        freqs: freqs && [...freqs],
        positions: [...positions],
      }
    },
  )
  const norms = await done.fieldnorms
  const lengths = norms && [...decodeFieldnorms(norms, docs.length)]
  return { terms, lengths, totalTokens: done.totalTokens, docsWithTerms: done.docsWithTerms }
}

test('gives each term its documents, how often it occurs there and where', async () => {
  expect(await accumulated([['red fox red'], [], ['fox']])).toEqual({
    terms: {
      fox: { docs: [0, 2], freqs: [1, 1], positions: [1, 0] },
      red: { docs: [0], freqs: [2], positions: [0, 2] },
    },
    lengths: [3, 0, 1],
    totalTokens: 4,
    docsWithTerms: 2,
  })
})

test('leaves a position free between two values of a document, so that no phrase spans them', async () => {
  const { terms } = await accumulated([['red fox', 'jumps high']])
  expect(terms).toMatchObject({ fox: { positions: [1] }, jumps: { positions: [3] } })
})

test('texts that are known to be equal give what they would give anyway', async () => {
  const text = fc.array(fc.constantFrom('red', 'fox', 'é', ''), { maxLength: 4 })
  const texts = fc.array(
    text.map((words) => words.join(' ')),
    { maxLength: 3 },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(texts, { minLength: 1, maxLength: 30 }),
      fc.constantFrom<TermOptions['record']>('basic', 'position'),
      async (docs, record) => {
        const known = [...new Set(docs.flat())]
        const repeated = await accumulated(docs, { record }, (each) => 50 * known.indexOf(each))
        expect(repeated).toEqual(await accumulated(docs, { record }))
      },
    ),
  )
})

test('records no more than the field asks for', async () => {
  const { terms, lengths } = await accumulated([['red red']], {
    record: 'basic',
    fieldnorms: false,
  })
  expect(terms).toEqual({ red: { docs: [0], freqs: undefined, positions: [] } })
  expect(lengths).toBeUndefined()
})

test('takes terms past the tokenizer, and holds more memory as they come', () => {
  const options = { tokenizer: WORDS, record: 'basic', fieldnorms: false } as const
  const accumulator = new TermAccumulator('str', options)
  const before = accumulator.memoryBytes
  for (let doc = 0; doc < 10_000; doc++) accumulator.addTerm(doc, `a path with spaces ${doc}`)
  expect(accumulator.memoryBytes).toBeGreaterThan(before + 10_000)
})
