import { afterAll, beforeAll, expect, test } from 'vitest'
import { indexExportCommand } from '../../src/cli/indexes/export-command.ts'
import { ingestCommand } from '../../src/cli/ingest/ingest-command.ts'
import { initCommand } from '../../src/cli/init/init-command.ts'
import { Workplace } from '../cli/in-process.ts'
import { hasTool, output, pythonWith } from './toolchain.ts'

const hasPython = await hasTool('python')
let place: Workplace

beforeAll(async () => {
  place = await Workplace.make()
})
afterAll(() => place.remove())

const PROGRAM = `
import sys, json, pyarrow.parquet as pq, duckdb
table = pq.read_table(sys.argv[1])
print(json.dumps({
  'types': {field.name: str(field.type) for field in table.schema},
  'first': {key: str(value) for key, value in table.slice(0, 1).to_pylist()[0].items()},
  'duckdb': [str(each) for each in duckdb.sql(f"""
    select count(*), sum(id), max(ts), sum(len(tags)), count(place->>'city'), max(big)
    from '{sys.argv[1]}'""").fetchall()[0]],
}))
`

test.runIf(hasPython)(
  'Parquet that was exported is read by pyarrow and DuckDB, with the types of the mapping',
  async () => {
    const lines = Array.from({ length: 3_000 }, (_, i) => {
      const time = new Date(1_795_651_200_000 + i * 1_000).toISOString().replace('Z', '456Z')
      const tags = i % 2 === 0 ? '["a","b"]' : '[]'
      return `{"ts":"${time}","id":${i},"big":${2n ** 64n - 1n - BigInt(i)},"part":${i / 4 + 0.5},"ok":${i % 2 === 0},"note":"n ${i}","tags":${tags},"place":{"city":"Rome"}}`
    })
    const path = await place.write('orders.ndjson', lines.join('\n'))
    await place.run(initCommand, { options: { name: 'shop', data: 'empty' } })
    await place.run(ingestCommand, { args: [path], options: { create: true } })
    const run = await place.run(indexExportCommand, { options: { to: 'orders.parquet' } })
    expect(run.stderr).toContain('3,000 documents')
    const python = await pythonWith('parquet', ['pyarrow==26.0.1', 'duckdb==2.0.1'])
    const said = await output(python, ['-c', PROGRAM, place.path('orders.parquet')])
    const { types, first, duckdb } = JSON.parse(said) as Record<string, unknown>
    expect(types).toMatchObject({
      ts: 'timestamp[us, tz=UTC]',
      id: 'uint64',
      big: 'uint64',
      part: 'double',
      ok: 'bool',
      note: 'string',
      tags: 'list<element: string>',
      place: 'extension<arrow.json>',
    })
    expect(first).toMatchObject({
      ts: '2026-11-26 00:00:00.000456+00:00',
      big: '18446744073709551615',
      tags: "['a', 'b']",
      place: '{"city":"Rome"}',
    })
    expect(duckdb).toEqual([
      '3000',
      String((2999 * 3000) / 2),
      expect.stringContaining('2026-11-26 00:49:59.000456'),
      '3000',
      '3000',
      '18446744073709551615',
    ])
  },
  300_000,
)
