import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { searchCommand } from '../../src/cli/search/search-command.ts'
import { ingestCommand } from '../../src/cli/ingest/ingest-command.ts'
import { initCommand } from '../../src/cli/init/init-command.ts'
import { Workplace, type Outcome } from './in-process.ts'

let place: Workplace
beforeAll(async () => {
  place = await Workplace.make()
  const schema = await place.write(
    'logs.yaml',
    `version: "0.9"
index_id: logs
doc_mapping:
  field_mappings:
    - {name: ts, type: datetime, fast: true, input_formats: [unix_timestamp]}
    - {name: n, type: u64, fast: true}
    - {name: say, type: text}
  timestamp_field: ts
search_settings: {default_search_fields: [say]}
`,
  )
  await place.run(initCommand, { options: { name: 'shop', data: 'empty', schema } })
  for (const day of [0, 1, 2]) {
    const doc = { ts: 1_795_392_000 + day * 86_400, n: day, say: 'hello' }
    const file = await place.write(`${day}.ndjson`, JSON.stringify(doc))
    const made = await place.run(ingestCommand, { args: [file], options: { index: 'logs' } })
    expect(made.exitCode, made.stderr).toBe(0)
  }
})
afterAll(() => place.remove())

async function explain(query: string, options = {}, json = false): Promise<Outcome> {
  return await place.run(searchCommand, {
    args: [query],
    options: { explain: true, ...options },
    json,
  })
}

describe('search --explain', () => {
  test('tells what would be read and why the rest is not, and finds nothing', async () => {
    const { stdout, exitCode } = await explain('hello AND n:>=2', { since: '2026-11-24' })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(
      /^Query\t\(say:"hello" AND n:\[2 TO \*\]\) AND ts:\[2026-11-24T00:00:00Z TO /,
    )
    expect(stdout).toContain('Splits\t1 of 3 may hold matches\n')
    expect(stdout).toContain('\t1 left out: outside the time\n')
    expect(stdout).toContain('\t1 left out: other values\n')
    expect(stdout).toMatch(/Reads\t2 requests, .* in 2 rounds where nothing is cached\n/)
    expect(stdout).toMatch(/Time\tabout 60 ms .*\nPrice\t\$0\.00\d+ for a thousand/)
  })

  test('as JSON the same in numbers', async () => {
    const { stdout } = await explain('hello', { stats: 'n' }, true)
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'qw-lambda/search-explain/1',
      query: 'say:"hello"',
      splits: { total: 3, searched: 3, pruned: { time: 0 } },
      per_split: { rounds: [{ requests: 1 }], parts: { footer: 1, fastfield: 1 } },
      cold: { rounds: 2, requests: 4 },
    })
  })

  test.each([
    ['n:many', {}, 'QUERY-VALUE'],
    ['hello', { terms: 'say' }, 'AGG-NOTFAST'],
    ['hello', { all: true }, 'USAGE'],
    ['hello', { context: '2' }, 'USAGE'],
  ])('%s %j fails as the search would', async (query, options, code) => {
    expect((await explain(query, options)).error?.code).toBe(code)
  })
})
