import { expect, test } from 'vitest'
import { SealingQueue } from '../bytes/sealing-queue.ts'
import { mergeTerms } from './merge-terms.ts'
import { decodePositions, decodePostings, ListSection } from './postings.ts'
import { scanTerms, TermBlock } from './term-dictionary.ts'
import { mergeFields, sampleSplit } from './testing/sample-split.ts'

test('each term has the documents of all inputs, one split after the other, with their positions', async () => {
  const first = await sampleSplit(['body:str'], [{ body: 'red fox' }, { body: 'fox' }])
  const second = await sampleSplit(['body:str'], [{}, { body: 'blue fox fox' }])
  const lists = new ListSection(0)
  const merged = await mergeTerms(mergeFields([first, second], 'body'), {
    lists,
    queue: new SealingQueue(),
  })
  const found: Record<string, unknown> = {}
  const written = await merged?.done
  scanTerms(
    (written?.blocks ?? []).map((sealed) => new TermBlock(sealed)),
    (term, entryOf) => {
      const entry = entryOf()
      const { docs, freqs } = decodePostings(undefined, entry, 'position')
      const { positions } = decodePositions(undefined, entry, freqs ?? new Uint32Array(0))
      found[Buffer.from(term).toString()] = { docs: [...docs], positions: [...positions] }
    },
  )
  expect(found).toEqual({
    blue: { docs: [3], positions: [0] },
    fox: { docs: [0, 1, 3], positions: [1, 0, 1, 2] },
    red: { docs: [0], positions: [0] },
  })
  expect(written).toMatchObject({ record: 'position', termCount: 3 })
})

test('a field without terms anywhere has none', async () => {
  const split = await sampleSplit(['n:i64'], [{ n: 1 }])
  const sources = mergeFields([split, split], 'n')
  const target = { lists: new ListSection(0), queue: new SealingQueue() }
  expect(await mergeTerms(sources, target)).toBeUndefined()
})
