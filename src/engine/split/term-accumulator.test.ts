import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SealingQueue } from '../bytes/sealing-queue.ts'
import type { TermOptions } from '../schema/field-spec.ts'
import { encodeTerms } from './encode-terms.ts'
import { decodeFieldnorms } from './fieldnorms.ts'
import { decodePositions, decodePostings, ListSection } from './postings.ts'
import { NO_NUMBER } from './column-accumulator.ts'
import { TermAccumulator } from './term-accumulator.ts'
import { type ListPlace, scanTerms, TermBlock } from './term-dictionary.ts'
import { WORDS } from './testing/sample-split.ts'

/** Texts by document; a document may have several. */
async function accumulated(
  docs: readonly (readonly string[])[],
  options: Partial<TermOptions> = {},
  {
    numberOf = () => NO_NUMBER,
    ...grouping
  }: { numberOf?: (text: string) => number; groupTokens?: number } = {},
) {
  const accumulator = new TermAccumulator('str', {
    tokenizer: WORDS,
    record: 'position',
    fieldnorms: true,
    ...options,
  })
  docs.forEach((texts, doc) => texts.forEach((text) => accumulator.add(doc, text, numberOf(text))))
  const lists = new ListSection(0)
  const done = await encodeTerms(accumulator.collected(), {
    docCount: docs.length,
    lists,
    queue: new SealingQueue(),
    ...grouping,
  })
  const { blocks } = await done.terms
  const written = Buffer.concat(lists.pieces())
  const bytesOf = (place: ListPlace): Uint8Array | undefined =>
    place.kind === 'inline' ? undefined : written.subarray(place.start, place.end)
  const terms: Record<string, unknown> = {}
  scanTerms(
    blocks.map((sealed) => new TermBlock(sealed)),
    (term, entryOf) => {
      const entry = entryOf()
      const { postings, positions: place } = entry
      const bytes = postings.kind === 'single' ? undefined : bytesOf(postings)
      const { docs: ids, freqs } = decodePostings(bytes, entry, 'position')
      const { positions } =
        freqs === undefined || place === undefined
          ? { positions: [] }
          : decodePositions(bytesOf(place), entry, freqs)
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
        const numberOf = (text: string): number => 50 * known.indexOf(text)
        const repeated = await accumulated(docs, { record }, { numberOf })
        expect(repeated).toEqual(await accumulated(docs, { record }))
      },
    ),
  )
})

test('terms are the same however many are grouped at once', async () => {
  const text = fc.array(fc.constantFrom('red', 'fox', 'é', 'owl'), { maxLength: 5 })
  const texts = fc.array(
    text.map((words) => words.join(' ')),
    { maxLength: 2 },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(texts, { minLength: 1, maxLength: 30 }),
      fc.constantFrom<TermOptions['record']>('basic', 'freq', 'position'),
      fc.integer({ min: 1, max: 40 }),
      async (docs, record, groupTokens) => {
        const grouped = await accumulated(docs, { record }, { groupTokens })
        expect(grouped).toEqual(await accumulated(docs, { record }))
      },
    ),
  )
})

test('positions are kept from the first document on that has several values', async () => {
  const plain = Array.from({ length: 70_000 }, () => ['red fox'])
  const { terms } = await accumulated([...plain, [], ['fox', 'red fox'], ['fox']])
  const fox = terms['fox'] as { positions: number[] }
  expect(fox.positions.slice(-5)).toEqual([1, 1, 0, 3, 0])
  expect(fox.positions).toHaveLength(70_003)
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
