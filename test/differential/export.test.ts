import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/engine/bytes/json.ts'
import { docWriters } from '../../src/engine/export/export-format.ts'
import { planExport } from '../../src/engine/export/export-plan.ts'
import { streamDocs } from '../../src/engine/export/stream-docs.ts'
import { SearchFixture } from '../../src/engine/search/testing/search-fixture.ts'
import { docMapping, printDoc, randomDoc, randomFields } from './model.ts'
import { randomQuery } from './random-query.ts'
import { Choices } from './random.ts'

const INDEXES = 3
const QUERIES = 12

async function exported(fixture: SearchFixture, query?: string): Promise<string[]> {
  const file = await fixture.metastore.load('events')
  const selection = { query, startTimestamp: undefined, endTimestamp: undefined }
  const { config } = file.metadata
  const writer = docWriters({ format: 'ndjson', config, fields: [] })()
  const chunks: Uint8Array[] = []
  const plan = planExport(file, selection)
  for await (const chunk of streamDocs(plan, writer, { store: fixture.store })) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  return text === '' ? [] : text.trimEnd().split('\n')
}

function idOf(json: string): number {
  return (JSON.parse(json) as { id: number }).id // the model's own field
}

test('an export has what a search for the same query finds, and answers the same when it is indexed again', async () => {
  const fresh = process.env['CI'] === undefined ? Date.now() % 1_000_000_000 : 1
  const first = Number(process.env['SEED'] ?? fresh)
  const indexes = process.env['SEED'] === undefined ? INDEXES : 1
  let found = 0
  for (let seed = first; seed < first + indexes; seed++) {
    const choices = new Choices(seed)
    const fields = randomFields(choices)
    const mapping = docMapping(fields) as JsonObject // strings, booleans and arrays of them
    const [origin, copy] = [
      await SearchFixture.create(mapping),
      await SearchFixture.create(mapping),
    ]
    let id = 0
    for (const docCount of [1, 40, 150]) {
      const docs = Array.from({ length: docCount }, () => randomDoc(fields, id++, choices))
      await origin.addSplit(docs.map((doc) => printDoc(doc, fields)))
    }
    await copy.addSplit(await exported(origin))
    for (let left = QUERIES; left > 0; left--) {
      const { text } = randomQuery(fields, choices)
      const ask = { query: text, maxHits: 1_000 }
      const ids = async (fixture: SearchFixture): Promise<number[]> =>
        (await fixture.search(ask)).hits.map(({ json }) => idOf(json)).toSorted((a, b) => a - b)
      const expected = await ids(origin)
      const lines = await exported(origin, text)
      expect(
        lines.map(idOf).toSorted((a, b) => a - b),
        `SEED=${seed} ${text}`,
      ).toEqual(expected)
      expect(await ids(copy), `SEED=${seed} ${text}`).toEqual(expected)
      found += expected.length
    }
  }
  expect(found).toBeGreaterThan(0)
})
