import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AnyCommand } from '../../src/cli/command/command.ts'
import { indexCheckpointsCommand } from '../../src/cli/indexes/checkpoints-command.ts'
import { indexGcCommand } from '../../src/cli/indexes/gc-command.ts'
import { indexMergeCommand } from '../../src/cli/indexes/merge-command.ts'
import { indexListCommand, indexSplitsCommand } from '../../src/cli/indexes/index-command.ts'
import { indexSplitCommand } from '../../src/cli/indexes/split-command.ts'
import { ingestCommand } from '../../src/cli/ingest/ingest-command.ts'
import { initCommand } from '../../src/cli/init/init-command.ts'
import { Workplace, type Invocation } from './in-process.ts'

const SCHEMA = `version: "0.9"
index_id: orders
doc_mapping:
  field_mappings:
    - {name: ts, type: datetime, fast: true, input_formats: [unix_timestamp]}
  timestamp_field: ts
`

let place: Workplace
const paths: string[] = []

beforeAll(async () => {
  place = await Workplace.make()
  const schema = await place.write('orders.yaml', SCHEMA)
  await place.run(initCommand, { options: { name: 'shop', data: 'empty', schema } })
  for (const first of [0, 100, 200]) {
    const lines = Array.from({ length: 10 }, (_, i) => `{"ts": ${1_700_000_000 + first + i}}`)
    const path = await place.write(`${first}.ndjson`, lines.join('\n'))
    await place.run(ingestCommand, { args: [path] })
    paths.push(path)
  }
})
afterAll(() => place.remove())

async function json(command: AnyCommand, invocation: Invocation = {}): Promise<unknown> {
  const run = await place.run(command, { ...invocation, json: true })
  expect(run, run.error?.message ?? '').toMatchObject({ exitCode: 0 })
  return JSON.parse(run.stdout)
}

const docsAndSplits = async () => await json(indexListCommand)

describe('checkpoints', () => {
  test('list what counts as indexed, newest first, as far as asked for', async () => {
    const all = await json(indexCheckpointsCommand)
    expect(all).toMatchObject({ id: 'orders', known: 3, forgotten: 0 })
    expect(all).toMatchObject({
      sources: paths.toReversed().map((path) => ({ uri: `file://${path}`, state: 'whole' })),
    })
    const some = await place.run(indexCheckpointsCommand, { options: { limit: '1' } })
    expect(some.stdout).toContain('200.ndjson')
    expect(some.stdout).not.toContain('100.ndjson')
    expect(some.stderr).toContain('1 of 3')
  })

  test('a forgotten file is indexed again, and what that doubles is said before', async () => {
    const [path = ''] = paths
    const forget = `file://${path}`
    const unasked = await place.run(indexCheckpointsCommand, { options: { forget } })
    expect(unasked).toMatchObject({ exitCode: 11, error: { code: 'CONFIRM' } })
    expect(unasked.stderr).toContain('twice')
    expect(await json(indexCheckpointsCommand)).toMatchObject({ known: 3 })

    const agreed: Invocation = { options: { forget }, answers: ['yes'] }
    const run = await place.run(indexCheckpointsCommand, agreed)
    expect(run).toMatchObject({ exitCode: 0 })
    expect(run.stderr).toContain(`qw-lambda ingest ${path} --index orders`)
    expect(await json(indexCheckpointsCommand)).toMatchObject({ known: 2 })
    await place.run(ingestCommand, { args: [path] })
    expect(await docsAndSplits()).toMatchObject([{ docs: 40, splits: 4 }])
  })

  test('an unknown one is refused with what is like it', async () => {
    const forget = `file://${paths[0]}x`
    expect(await place.run(indexCheckpointsCommand, { options: { forget } })).toMatchObject({
      exitCode: 6,
      error: { code: 'SOURCE-NONE', fix: expect.stringContaining('0.ndjson') },
    })
  })
})

describe('one split', () => {
  test('is named by the beginning of its id, and its parts are its bytes', async () => {
    const splits = (await json(indexSplitsCommand)) as { split_id: string }[]
    const [{ split_id: id } = { split_id: '' }] = splits
    const options = { files: true }
    const one = (await json(indexSplitCommand, { args: [id.toLowerCase()], options })) as {
      readonly split: { readonly footer_offsets: { readonly end: number } }
      readonly parts: Readonly<Record<string, unknown>>[]
    }
    expect(one).toMatchObject({ index: 'orders', split: { split_id: id }, snapshots: [] })
    const bytes = one.parts
      .flatMap((part) => Object.values(part))
      .reduce<number>((sum, value) => sum + (typeof value === 'number' ? value : 0), 0)
    expect(bytes).toBe(one.split.footer_offsets.end)
    expect(await place.run(indexSplitCommand, { args: ['0'] })).toMatchObject({
      exitCode: 6,
      error: { code: 'SPLIT-NONE', message: `${splits.length} splits of orders begin with \`0\`` },
    })
  })
})

describe('merging', () => {
  test('the policy leaves few splits alone, and a target is told before it is done', async () => {
    expect(await json(indexMergeCommand)).toMatchObject({
      dry_run: true,
      merges: 0,
      splits_before: 4,
    })
    const options = { targetDocs: '1000' }
    const dry = await json(indexMergeCommand, { options: { ...options, dryRun: true } })
    expect(dry).toMatchObject({ dry_run: true, merges: 1, splits_before: 4, splits_after: 1 })
    expect(await docsAndSplits()).toMatchObject([{ docs: 40, splits: 4 }])
    const done = await json(indexMergeCommand, { options })
    expect(done).toMatchObject({ dry_run: false, merges: 1, splits_before: 4, splits_after: 1 })
    expect(done).toMatchObject({ usd: null, failures: [] })
    expect(await docsAndSplits()).toMatchObject([{ docs: 40, splits: 1 }])
  })
})

describe('gc', () => {
  test('says what would go, keeps it for the grace, and deletes it when told to at once', async () => {
    const now = { grace: '0s' }
    const dry = await json(indexGcCommand, { options: { ...now, dryRun: true } })
    expect(dry).toMatchObject({
      dry_run: true,
      grace_seconds: 0,
      indexes: [{ id: 'orders', splits_deleted: 4, bytes_freed: expect.any(Number) }],
    })
    expect(await json(indexGcCommand)).toMatchObject({
      grace_seconds: 1920,
      indexes: [{ splits_deleted: 0, bytes_freed: 0 }],
    })
    const run = await place.run(indexGcCommand, { options: now })
    expect(run).toMatchObject({ exitCode: 0 })
    expect(run.stdout).toMatch(/^orders\t0\t4\t0\t0\t/m)
    expect(await json(indexGcCommand, { options: now })).toMatchObject({
      indexes: [{ splits_deleted: 0 }],
      stray_objects: 0,
    })
    expect(await docsAndSplits()).toMatchObject([{ docs: 40, splits: 1 }])
  })
})
