import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fieldsCommand } from '../../src/cli/search/fields-command.ts'
import {
  indexClearCommand,
  indexCreateCommand,
  indexDeleteCommand,
  indexInferCommand,
} from '../../src/cli/indexes/index-change-command.ts'
import {
  indexDescribeCommand,
  indexListCommand,
  indexSplitsCommand,
} from '../../src/cli/indexes/index-command.ts'
import { ingestCommand } from '../../src/cli/ingest/ingest-command.ts'
import { initCommand } from '../../src/cli/init/init-command.ts'
import type { AnyCommand } from '../../src/cli/command/command.ts'
import { readIndexConfig } from '../../src/engine/schema/config-text.ts'
import { Workplace, type Invocation } from './in-process.ts'

const SCHEMA = `version: "0.9"
index_id: orders
doc_mapping:
  field_mappings:
    - {name: ts, type: datetime, fast: true, input_formats: [unix_timestamp]}
    - {name: quantity, type: u64, fast: true}
    - {name: note, type: text}
    - {name: never, type: ip}
  timestamp_field: ts
retention: {period: 3650 days}
`

let place: Workplace

beforeAll(async () => {
  place = await Workplace.make()
  const schema = await place.write('orders.yaml', SCHEMA)
  await place.run(initCommand, { options: { name: 'shop', data: 'empty', schema } })
  for (const first of [0, 50]) {
    const lines = Array.from({ length: 100 }, (_, i) =>
      JSON.stringify({
        ts: 1_700_000_000 + first + i,
        quantity: i,
        note: `n ${i}`,
        extra: { a: i },
      }),
    )
    const path = await place.write(`${first}.ndjson`, lines.join('\n'))
    await place.run(ingestCommand, { args: [path] })
  }
})
afterAll(() => place.remove())

async function json(command: AnyCommand, invocation: Invocation = {}): Promise<unknown> {
  const run = await place.run(command, { ...invocation, json: true })
  expect(run, run.error?.message ?? '').toMatchObject({ exitCode: 0 })
  return JSON.parse(run.stdout)
}

describe('looking', () => {
  test('list and describe give totals in the promised shape', async () => {
    expect(await json(indexListCommand)).toMatchObject([
      { id: 'orders', docs: 200, splits: 2, retention: '3650 days' },
    ])
    expect(await json(indexDescribeCommand)).toEqual({
      schema: 'qw-lambda/index/1',
      id: 'orders',
      docs: 200,
      splits: { published: 2, staged: 0, marked: 0 },
      bytes: expect.any(Number),
      uncompressed_bytes: expect.any(Number),
      min_ts: 1_700_000_000,
      max_ts: 1_700_000_149,
      retention: '3650 days',
    })
  })

  test('the mapping comes out as a config that can be read again', async () => {
    const run = await place.run(indexDescribeCommand, {
      args: ['orders'],
      options: { mapping: true },
    })
    const yaml = run.stdout.slice(run.stdout.indexOf('\n\n') + 2)
    expect(readIndexConfig(yaml).config.docMapping.timestampField).toBe('ts')
  })

  test('splits are sorted, limited and know how many others share their time', async () => {
    const splits = await json(indexSplitsCommand, { options: { sort: 'time', limit: '1' } })
    expect(splits).toMatchObject([
      { num_docs: 100, overlaps: 1, time_range: { end: 1_700_000_149 } },
    ])
    expect(await json(indexSplitsCommand, { options: { since: '1700000120' } })).toHaveLength(1)
    const rows = (await place.run(indexSplitsCommand)).stdout.trim().split('\n')
    expect(rows[0]?.split('\t')).toEqual([
      'split',
      'state',
      'docs',
      'bytes',
      'time range',
      'age',
      'merges',
    ])
    expect(rows).toHaveLength(3)
  })

  test('fields are those of the mapping and those that documents brought along', async () => {
    const { fields } = (await json(fieldsCommand)) as { fields: { name: string }[] }
    const byName = Object.fromEntries(fields.map((field) => [field.name, field]))
    expect(byName['ts']).toMatchObject({
      types: ['datetime'],
      fast: true,
      declared: true,
      note: 'the documents’ time',
    })
    expect(byName['note']).toMatchObject({ types: ['text'], fast: false, searchable: true })
    expect(byName['extra.a']).toMatchObject({ declared: false, fast: true, note: 'dynamic' })
    expect(await json(fieldsCommand, { options: { unused: true } })).toMatchObject({
      fields: [{ name: 'never' }],
    })
  })

  test('an index that is not there is named with the nearest', async () => {
    for (const command of [indexDescribeCommand, indexSplitsCommand, fieldsCommand]) {
      const run = await place.run(command, { args: ['order'] })
      expect(run).toMatchObject({ exitCode: 6, error: { code: 'INDEX-NONE' } })
      expect(run.error?.fix).toContain('orders')
    }
  })
})

describe('changing', () => {
  test('infer prints a config that create takes', async () => {
    const docs = await place.write('visits.ndjson', '{"at":"2026-11-23T04:00:00Z","who":"ann"}\n')
    const { stdout } = await place.run(indexInferCommand, { args: [docs] })
    const file = await place.write('visits.yaml', stdout)
    expect(await json(indexCreateCommand, { options: { file } })).toEqual({
      schema: 'qw-lambda/index-create/1',
      id: 'visits',
      replaced: false,
    })
  })

  test('infer says that a table without names for its columns is read as lines of text', async () => {
    const visits = '2026-11-23T04:00:00Z,ann,3\n2026-11-23T04:00:01Z,bob,4\n'
    const headless = await place.write('visits.csv', visits)
    const { stdout, stderr } = await place.run(indexInferCommand, { args: [headless] })
    expect(stdout).toContain('name: message')
    expect(stderr).toContain('does not name each of its columns')
    const named = await place.write('named.csv', `at,who,count\n${visits}`)
    const table = await place.run(indexInferCommand, { args: [named] })
    expect(table.stdout).toContain('name: who')
    expect(table.stderr).not.toContain('does not name each of its columns')
    const lines = await place.write('visits.log', visits)
    expect((await place.run(indexInferCommand, { args: [lines] })).stderr).not.toContain('columns')
  })

  test('an index is replaced only when its name is typed', async () => {
    const file = await place.write(
      'more.yaml',
      SCHEMA.replace('index_id: orders', 'index_id: more'),
    )
    await place.run(indexCreateCommand, { options: { file } })
    await place.run(ingestCommand, { args: [place.path('0.ndjson')], options: { index: 'more' } })
    const docs = async (): Promise<unknown> => await json(indexDescribeCommand, { args: ['more'] })
    const again = await place.run(indexCreateCommand, { options: { file } })
    expect(again).toMatchObject({ exitCode: 2, error: { code: 'INDEX-EXISTS' } })
    const unsaid = await place.run(indexCreateCommand, { options: { file, overwrite: true } })
    expect(unsaid).toMatchObject({
      exitCode: 11,
      error: { fix: expect.stringContaining('--confirm more') },
    })
    expect(await docs()).toMatchObject({ docs: 100 })
    await place.run(indexCreateCommand, { options: { file, overwrite: true, confirm: 'more' } })
    expect(await docs()).toMatchObject({ docs: 0 })
  })

  test('clear empties, delete removes, both only when the name is typed', async () => {
    const file = await place.write(
      'gone.yaml',
      SCHEMA.replace('index_id: orders', 'index_id: gone'),
    )
    await place.run(indexCreateCommand, { options: { file } })
    const fill = { args: [place.path('0.ndjson')], options: { index: 'gone' } }
    await place.run(ingestCommand, fill)
    for (const command of [indexClearCommand, indexDeleteCommand]) {
      expect(await place.run(command, { args: ['gone'] })).toMatchObject({ exitCode: 11 })
      expect(
        await place.run(command, { args: ['gone'], options: { confirm: 'orders' } }),
      ).toMatchObject({ exitCode: 11 })
    }
    expect(
      await json(indexClearCommand, { args: ['gone'], options: { confirm: 'gone' } }),
    ).toMatchObject({ docs_removed: 100, splits_removed: 1 })
    // The file counts as not indexed any more.
    expect(await json(ingestCommand, fill)).toMatchObject({ docs: 100 })
    expect(
      await place.run(indexDeleteCommand, { args: ['gone'], answers: ['gone'] }),
    ).toMatchObject({ exitCode: 0 })
    expect(await place.run(indexDescribeCommand, { args: ['gone'] })).toMatchObject({ exitCode: 6 })
  })

  test('a config that will not do is named with its setting', async () => {
    const file = await place.write('odd.yaml', SCHEMA.replace('type: u64', 'type: u65'))
    const run = await place.run(indexCreateCommand, { options: { file } })
    expect(run.exitCode).toBe(2)
    expect(run.error?.message).toContain('odd.yaml')
    expect(run.error?.message).toContain('u65')
    const missing = await place.run(indexCreateCommand)
    expect(missing.error).toMatchObject({ code: 'FLAGS-MISSING' })
  })
})
