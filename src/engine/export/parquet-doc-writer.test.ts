import fc from 'fast-check'
import { parquetReadObjects } from 'hyparquet'
import { expect, test } from 'vitest'
import type { JsonObject } from '../bytes/json.ts'
import { parseIndexConfig } from '../schema/config-text.ts'
import { exportColumns } from './export-columns.ts'
import { ParquetDocWriter } from './parquet-doc-writer.ts'

const MAPPING: JsonObject = {
  mode: 'dynamic',
  field_mappings: [
    { name: 'u', type: 'u64' },
    { name: 'i', type: 'i64' },
    { name: 'f', type: 'f64' },
    { name: 'ok', type: 'bool' },
    { name: 'text', type: 'text' },
    { name: 'ip', type: 'ip' },
    { name: 'at', type: 'datetime', input_formats: ['rfc3339', 'unix_timestamp'] },
    { name: 'fine', type: 'datetime', fast: true, fast_precision: 'nanoseconds' },
    { name: 'tags', type: 'array<text>' },
    { name: 'open', type: 'json' },
  ],
}
const CONFIG = parseIndexConfig({ version: '0.9', index_id: 'orders', doc_mapping: MAPPING })

/** As a reader that nobody here wrote has them: instants as whole units, JSON as text. */
async function readBack(docs: readonly string[]): Promise<{
  readonly rows: Record<string, unknown>[]
  readonly inexactCount: number
}> {
  const writer = new ParquetDocWriter(exportColumns(CONFIG, []))
  const bytes = Buffer.concat([writer.write(docs.map((doc) => Buffer.from(doc))), writer.end()])
  const rows = await parquetReadObjects({
    file: Uint8Array.from(bytes).buffer,
    parsers: {
      timestampFromMicroseconds: (micros) => `${micros} us`,
      timestampFromNanoseconds: (nanos) => `${nanos} ns`,
      jsonFromBytes: (json) => json && new TextDecoder().decode(json),
    },
  })
  return { rows, inexactCount: writer.inexactCount }
}

const NOTHING = Object.fromEntries(exportColumns(CONFIG, []).map(({ name }) => [name, null]))

test('every type of the mapping has a column of its own type', async () => {
  const { rows, inexactCount } = await readBack([
    '{"u":18446744073709551615,"i":-9223372036854775808,"f":0.1,"ok":true,"text":"é","ip":"::ffff:1.2.3.4","at":1700000000,"fine":"2026-11-26T00:00:00.123456789Z","tags":["a","b"],"open":{"n":9007199254740993},"x":[1]}',
    '{}',
    '{"tags":[],"at":"1969-12-31T23:59:59.999999Z","text":""}',
  ])
  expect(rows).toEqual([
    {
      u: 18446744073709551615n,
      i: -9223372036854775808n,
      f: 0.1,
      ok: true,
      text: 'é',
      ip: '1.2.3.4',
      at: '1700000000000000 us',
      fine: '1795651200123456789 ns',
      tags: ['a', 'b'],
      open: '{"n":9007199254740993}',
      _dynamic: '{"x":[1]}',
    },
    NOTHING,
    { ...NOTHING, tags: [], at: '-1 us', text: '' },
  ])
  expect(inexactCount).toBe(0)
})

test('what a column cannot hold exactly is counted', async () => {
  const { rows, inexactCount } = await readBack([
    '{"at":"2026-11-26T00:00:00.123456789Z"}',
    '{"fine":"2500-01-01T00:00:00Z"}',
    '{"u":"many"}',
  ])
  expect([rows[0]?.['at'], rows[1]?.['fine'], rows[2]?.['u']]).toEqual([
    '1795651200123456 us',
    null,
    null,
  ])
  expect(inexactCount).toBe(3)
})

test('any integers, texts and lists of texts come back as they were', async () => {
  const doc = fc.record(
    {
      u: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      i: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      text: fc.string({ unit: 'grapheme' }),
      tags: fc.array(fc.string()),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(doc, { maxLength: 40 }), async (docs) => {
      const lines = docs.map(({ u, i, ...rest }) => {
        const numbers = [u === undefined ? '' : `"u":${u},`, i === undefined ? '' : `"i":${i},`]
        const others = JSON.stringify({ r: 0, ...rest }).slice(1)
        return `{${numbers.join('')}${others}`
      })
      const { rows } = await readBack(lines)
      expect(rows).toEqual(docs.map((each) => ({ ...NOTHING, ...each, _dynamic: '{"r":0}' })))
    }),
    { numRuns: 20 },
  )
})
