import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/engine/bytes/json.ts'
import type { ByteRange } from '../../src/engine/ports.ts'
import {
  EXACT_READS,
  SearchFixture,
  type Ask,
} from '../../src/engine/search/testing/search-fixture.ts'
import { openSplit } from '../../src/engine/search/fetch.ts'
import { splitKey } from '../../src/engine/metastore/layout.ts'
import { requestOf } from './model-aggregation.ts'
import { docMapping, printDoc, randomDoc, randomFields } from './model.ts'
import { randomAggregations, randomTimeBounds } from './random-aggregation.ts'
import { randomQuery } from './random-query.ts'
import { Choices } from './random.ts'
import { randomSort } from './run-case.ts'

const INDEXES = 6
const QUERIES = 25

/** Where the split keeps its documents: which of them are hits is not explained. */
async function docStoreOf(fixture: SearchFixture, splitId: string): Promise<ByteRange> {
  const record = (await fixture.splits()).find((split) => split.splitId === splitId)
  if (record === undefined) throw new Error(`split ${splitId} was published`)
  const place = { key: splitKey('events', splitId), footer: record.footer }
  const { docStore } = (await openSplit(place, fixture.context, undefined)).footer
  return { start: docStore.blockStarts[0] ?? 0, end: docStore.blockStarts.at(-1) ?? 0 }
}

test('what is explained of any search is exactly what it asks of the store', async () => {
  const fresh = process.env['CI'] === undefined ? Date.now() % 1_000_000_000 : 1
  const first = Number(process.env['SEED'] ?? fresh)
  const indexes = process.env['SEED'] === undefined ? INDEXES : 1
  let explainedNeeds = 0
  for (let seed = first; seed < first + indexes; seed++) {
    const choices = new Choices(seed)
    const fields = randomFields(choices)
    // Strings, booleans and arrays of them.
    const fixture = await SearchFixture.create(docMapping(fields) as JsonObject)
    const docs = Array.from({ length: 600 }, (_, id) => randomDoc(fields, id, choices))
    const splitId = await fixture.addSplit(docs.map((doc) => printDoc(doc, fields)))
    const docStore = await docStoreOf(fixture, splitId)
    for (let left = QUERIES; left > 0; left--) {
      const ask: Ask = {
        query: randomQuery(fields, choices).text,
        ...randomTimeBounds(choices),
        sort: choices.chance(0.2) ? [{ by: 'score', order: 'desc' }] : randomSort(fields, choices),
        maxHits: choices.of([0, 3]),
        ...(choices.chance(0.4)
          ? { aggs: requestOf(randomAggregations(fields, choices)) as JsonObject } // JSON by construction
          : {}),
      }
      fixture.forget()
      await fixture.search(ask, { readSizes: EXACT_READS })
      const asked = fixture.store.requests
        .filter(({ key }) => key.endsWith('.split'))
        .flatMap(({ range }) => range ?? [])
        .filter(({ start }) => start < docStore.start || start >= docStore.end)
      const explained = [...(await fixture.explain(ask)).values()].flat()
      const print = (ranges: readonly ByteRange[]): string[] =>
        ranges.map(({ start, end }) => `${start}..${end}`).sort()
      expect(print(explained), `SEED=${seed} ${JSON.stringify(ask)}`).toEqual(print(asked))
      explainedNeeds += explained.length
    }
  }
  // Most of the searches read something.
  expect(explainedNeeds).toBeGreaterThan(indexes * QUERIES)
}, 60_000)
