import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { indexCreateCommand } from '../../src/cli/indexes/index-change-command.ts'
import { ingestCommand } from '../../src/cli/ingest/ingest-command.ts'
import { initCommand } from '../../src/cli/init/init-command.ts'
import { searchCommand } from '../../src/cli/search/search-command.ts'
import { Workplace, type Outcome } from './in-process.ts'

const schema = (index: string): string => `version: "0.9"
index_id: ${index}
doc_mapping:
  field_mappings:
    - {name: ts, type: datetime, fast: true, input_formats: [unix_timestamp], fast_precision: seconds}
    - {name: n, type: u64, fast: true}
    - {name: say, type: text}
  timestamp_field: ts
search_settings: {default_search_fields: [say]}
`

/** Three batches of twenty: four documents share each second, two hours of nothing lie between, and one
 *  late batch holds what is older than everything. */
const BATCHES = [0, 7_200, -86_400].map((shift, batch) =>
  Array.from({ length: 20 }, (_, i) => ({
    ts: 1_795_402_800 + shift + Math.floor(i / 4),
    n: batch * 20 + i,
    say: i === 9 ? 'a hit' : 'nothing',
  })),
)
const ORDER = [2, 0, 1].flatMap((batch) => BATCHES[batch]?.map(({ n }) => n) ?? [])

let place: Workplace
beforeAll(async () => {
  place = await Workplace.make()
  const file = await place.write('logs.yaml', schema('logs'))
  await place.run(initCommand, { options: { name: 'shop', data: 'empty', schema: file } })
  const other = await place.write('other.yaml', schema('other'))
  await place.run(indexCreateCommand, { options: { file: other } })
  for (const [i, docs] of BATCHES.entries()) {
    const text = docs.map((doc) => JSON.stringify(doc)).join('\n')
    const args = [await place.write(`${i}.ndjson`, text)]
    const made = await place.run(ingestCommand, { args, options: { index: 'logs' } })
    expect(made.exitCode, made.stderr).toBe(0)
  }
  const one = await place.write('one.ndjson', '{"ts":1795402801,"n":1000,"say":"a hit elsewhere"}')
  await place.run(ingestCommand, { args: [one], options: { index: 'other' } })
})
afterAll(() => place.remove())

async function search(options: Record<string, string>, args = ['hit']): Promise<Outcome> {
  return await place.run(searchCommand, {
    args,
    options: { index: 'logs', ...options },
    json: true,
  })
}

interface Document {
  readonly num_hits: number
  readonly groups: readonly {
    readonly index: string
    readonly docs: readonly { readonly hit: boolean; readonly doc: { readonly n: number } }[]
  }[]
}

async function numbers(options: Record<string, string>): Promise<number[][]> {
  const { stdout } = await search(options)
  const { groups } = JSON.parse(stdout) as Document
  return groups.map(({ docs }) => docs.map(({ doc }) => doc.n))
}

describe('documents around hits', () => {
  test('stand in the order of time and, where that is equal, of indexing, over splits of any age', async () => {
    // Hits are numbers 9, 29 and 49.
    const around = (n: number, count: number): number[] => {
      const at = ORDER.indexOf(n)
      return ORDER.slice(Math.max(0, at - count), at + count + 1)
    }
    expect(await numbers({ context: '3' })).toEqual([around(49, 3), around(9, 3), around(29, 3)])
    // Nine leave out one document between two batches; ten reach from one into the next, two hours or
    // a day away, and all of it is one group.
    expect(await numbers({ context: '9' })).toEqual([around(49, 9), around(9, 9), around(29, 9)])
    expect(await numbers({ context: '10' })).toEqual([ORDER])
  })

  test('before and after can differ, and the first hit has nothing before the beginning', async () => {
    expect(await numbers({ beforeContext: '1' })).toEqual([
      [48, 49],
      [8, 9],
      [28, 29],
    ])
    expect(await numbers({ context: '1', afterContext: '2' })).toEqual([
      [48, 49, 50, 51],
      [8, 9, 10, 11],
      [28, 29, 30, 31],
    ])
    const all = await numbers({ beforeContext: '100', maxHits: '1', until: '2026-11-22T09:00:00Z' })
    expect(all).toEqual([ORDER.slice(0, 10)])
  })

  test('neither the query nor the time range bind what is around', async () => {
    const { stdout } = await search({
      context: '1',
      since: '2026-11-23T03:00:02Z',
      until: '2026-11-23T03:00:03Z',
    })
    const { num_hits: hits, groups } = JSON.parse(stdout) as Document
    expect(hits).toBe(1)
    expect(groups[0]?.docs.map(({ hit, doc }) => [doc.n, hit])).toEqual([
      [8, false],
      [9, true],
      [10, false],
    ])
  })

  test('of several indexes each hit has the neighbours of its own', async () => {
    const { stdout } = await search({ context: '2', index: 'logs,other' })
    const { groups } = JSON.parse(stdout) as Document
    expect(groups.map(({ index, docs }) => [index, docs.map(({ doc }) => doc.n)])).toEqual([
      ['logs', [47, 48, 49, 50, 51]],
      ['other', [1000]],
      ['logs', [7, 8, 9, 10, 11]],
      ['logs', [27, 28, 29, 30, 31]],
    ])
  })

  test('rows of a pipe tell their group and whether they are hits', async () => {
    const options = { index: 'logs', context: '1', maxHits: '2', fields: 'n' }
    const { stdout, stderr } = await place.run(searchCommand, { args: ['hit'], options })
    expect(stdout).toBe(
      '_group\t_hit\tn\n1\tfalse\t8\n1\ttrue\t9\n1\tfalse\t10\n2\tfalse\t28\n2\ttrue\t29\n2\tfalse\t30\n',
    )
    expect(stderr).toMatch(
      /^2 of 3 hits · 4 documents around them · .* · [23] requests · via local/,
    )
  })

  test.each([
    [{ context: '101' }, 'from 0 to 100'],
    [{ context: '1', sort: 'n' }, '--context does not go with --sort'],
    [{ afterContext: '1', histogram: '1h' }, '--after-context does not go with --histogram'],
    [{ context: '1', maxHits: '201' }, 'more than the 200 hits that can have context'],
  ])('%j is refused', async (options, reason) => {
    const { exitCode, error } = await search(options)
    expect([exitCode, error?.message]).toEqual([2, expect.stringContaining(reason)])
  })
})
