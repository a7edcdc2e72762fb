import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCli, type ProcessResult } from '../cli-process.ts'

const SCHEMA = `version: 0.9
index_id: orders
doc_mapping:
  field_mappings:
    - {name: ts, type: datetime, fast: true, input_formats: [unix_timestamp], output_format: unix_timestamp_millis, fast_precision: milliseconds}
    - {name: item, type: text, tokenizer: raw, fast: true}
    - {name: quantity, type: u64, fast: true}
    - {name: note, type: text, record: position}
  timestamp_field: ts
search_settings: {default_search_fields: [note]}
`

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-e2e-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function cli(...args: string[]): Promise<ProcessResult> {
  return await runCli([...args, '--data-dir', join(folder, 'data')], { cwd: folder })
}

async function ok(...args: string[]): Promise<string> {
  const result = await cli(...args)
  expect(result, result.stderr).toMatchObject({ exitCode: 0 })
  return result.stdout
}

function orders(count: number, startMs = 1_700_000_000_000): string {
  return Array.from({ length: count }, (_, i) =>
    JSON.stringify({
      ts: startMs + i * 1_000,
      item: `item-${i % 7}`,
      quantity: i % 10,
      note: `order number ${i}`,
    }),
  ).join('\n')
}

async function numHits(query: string): Promise<number> {
  const response = JSON.parse(await ok('search', query, '--json')) as { num_hits: number }
  return response.num_hits
}

test('a script without a terminal sets up, ingests, searches and removes everything', async () => {
  await writeFile(join(folder, 'orders.yaml'), SCHEMA)
  await writeFile(join(folder, 'orders.ndjson'), orders(1_000))
  await ok(
    'init',
    '--target',
    'local',
    '--name',
    'shop',
    '--data',
    'empty',
    '--schema',
    'orders.yaml',
    '-y',
  )
  const ingested = JSON.parse(await ok('ingest', 'orders.ndjson', '--json')) as { docs: number }
  expect(ingested.docs).toBe(1_000)
  const response = JSON.parse(await ok('search', 'quantity:>5', '--json')) as {
    num_hits: number
    hits: { quantity: number; ts: number }[]
  }
  expect(response.num_hits).toBe(400)
  expect(response.hits).toHaveLength(20)
  expect(response.hits.every((hit) => hit.quantity > 5)).toBe(true)
  const times = response.hits.map((hit) => hit.ts)
  expect(times).toEqual(times.toSorted((a, b) => b - a))
  await ok('teardown', '--confirm', 'shop')
  expect(existsSync(join(folder, 'data', 'shop'))).toBe(false)
})

test('the same file ingested twice adds nothing and says so', async () => {
  await writeFile(join(folder, 'orders.yaml'), SCHEMA)
  await writeFile(join(folder, 'orders.ndjson'), orders(100))
  await ok(
    'init',
    '--target',
    'local',
    '--name',
    'shop',
    '--data',
    'empty',
    '--schema',
    'orders.yaml',
    '-y',
  )
  await ok('ingest', 'orders.ndjson')
  const again = await cli('ingest', 'orders.ndjson', '--json')
  expect(again.exitCode).toBe(0)
  expect(JSON.parse(again.stdout)).toMatchObject({ docs: 0, sources: [{ status: 'skipped' }] })
  expect(await numHits('*')).toBe(100)
})

test('a file of many bad lines stops, keeps nothing, and names the way out', async () => {
  await writeFile(join(folder, 'orders.yaml'), SCHEMA)
  await writeFile(
    join(folder, 'bad.ndjson'),
    `${orders(10)}\n{"ts": 1700000000000, "quantity": "many"}\nnot json\n`,
  )
  await ok(
    'init',
    '--target',
    'local',
    '--name',
    'shop',
    '--data',
    'empty',
    '--schema',
    'orders.yaml',
    '-y',
  )
  const stopped = await cli('ingest', 'bad.ndjson')
  expect(stopped.exitCode).toBe(10)
  expect(stopped.stderr).toContain('--max-errors')
  expect(await numHits('*')).toBe(0)
  const allowed = await cli('ingest', 'bad.ndjson', '--max-errors', '50%')
  expect(allowed.exitCode).toBe(10)
  expect(await numHits('*')).toBe(10)
})

const HDFS = join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'hdfs-2k.ndjson.gz')

describe.runIf(existsSync(HDFS))('2,000 real HDFS log lines with the shipped config', () => {
  interface Log {
    timestamp: number
    severity_text: string
    body: string
  }
  const logs = (): Log[] =>
    gunzipSync(readFileSync(HDFS))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Log)

  test('terms, phrases and a date histogram by severity agree with the raw lines', async () => {
    await ok(
      'init',
      '--target',
      'local',
      '--name',
      'hdfs',
      '--from-template',
      'hdfs-logs',
      '--data',
      'empty',
      '-y',
    )
    await ok('ingest', HDFS)
    expect(await numHits('severity_text:WARN')).toBe(
      logs().filter((log) => log.severity_text === 'WARN').length,
    )
    expect(await numHits('body:"for block"')).toBe(
      logs().filter((log) => /\bfor block\b/i.test(log.body)).length,
    )
    const aggs = {
      days: {
        date_histogram: { field: 'timestamp', fixed_interval: '1d' },
        aggs: { severity: { terms: { field: 'severity_text' } } },
      },
    }
    const response = JSON.parse(
      await ok('search', '*', '--aggs', JSON.stringify(aggs), '--json'),
    ) as {
      aggregations: {
        days: {
          buckets: {
            key: number
            doc_count: number
            severity: { buckets: { key: string; doc_count: number }[] }
          }[]
        }
      }
    }
    const expected = new Map<string, number>()
    for (const log of logs()) {
      const key = `${Math.floor(log.timestamp / 86_400) * 86_400_000} ${log.severity_text}`
      expected.set(key, (expected.get(key) ?? 0) + 1)
    }
    const got = response.aggregations.days.buckets.flatMap((day) =>
      day.severity.buckets.map((bucket) => [`${day.key} ${bucket.key}`, bucket.doc_count] as const),
    )
    expect(new Map(got)).toEqual(expected)
  })
})

test('the sample data of one command is found by the tutorial’s query', () => {
  // A full batch, as the demo makes it, but in an empty folder of its own.
  const stdout = execFileSync(
    process.execPath,
    [
      join(import.meta.dirname, '..', '..', 'bin', 'qw-lambda.js'),
      'init',
      '--target',
      'local',
      '--name',
      'demo',
      '-y',
      '--data-dir',
      join(folder, 'data'),
    ],
    { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  )
  expect(stdout).toContain('quantity')
})
