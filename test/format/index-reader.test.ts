import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  bytesSource,
  createIndex,
  folderStore,
  indexDocs,
  indexSource,
  mergeSplits,
  openIndex,
  type Index,
} from '../../src/engine-library.ts'
import { MAX_REJECT_SETS, REJECTED_KEPT_MS } from '../../src/engine/metastore/reject-set.ts'
import * as checkpoint from '../../src/engine/metastore/checkpoint.ts'
import {
  DELETION_GRACE_MS,
  ORPHAN_GRACE_MS,
} from '../../src/engine/metastore/index-file-changes.ts'
import { MAX_FAILED_RUNS_KEPT, MAX_RUNS_KEPT } from '../../src/engine/metastore/run-summary.ts'
import { splitContent } from './split-content.ts'

const page = readFileSync(new URL('../../docs/INDEX-FORMAT.md', import.meta.url), 'utf8')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qwl-reader-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/*
 * A reader made from docs/INDEX-FORMAT.md alone: files and JSON.parse, and for the inside of a split
 * what docs/FORMAT.md describes. It shares no code with the metastore.
 */

interface Record {
  readonly split_id: string
  readonly split_state: string
  readonly num_docs: number
  readonly footer_offsets: { readonly start: number; readonly end: number }
  readonly time_range: { readonly start: number; readonly end: number } | null
  readonly tags: readonly string[]
  readonly column_bounds: readonly { path: string; type: string; min: unknown; max: unknown }[]
}

interface IndexFile {
  readonly format: number
  readonly index: {
    readonly checkpoint: { [source: string]: { [partition: string]: [string, number] } }
  }
  readonly splits: readonly Record[]
}

function jsonAt<T>(key: string): T {
  const text = readFileSync(join(folder, key), 'utf8')
  const [, body = '', digits] = /^(.*),"crc32":"(\w{8})"\}$/s.exec(text) ?? []
  if (crc32(body).toString(16).padStart(8, '0') !== digits) throw new Error(`${key} is damaged`)
  return JSON.parse(text) as T
}

function readIndex(id: string): { file: IndexFile; records: Record[]; docs: unknown[] } {
  const manifest = jsonAt<{ indexes: { [id: string]: string } }>('manifest.json')
  if (manifest.indexes[id] !== 'active') throw new Error(`${id} is not there`)
  const file = jsonAt<IndexFile>(`${id}/metastore.json`)
  if (file.format > 3) throw new Error('upgrade the reader')
  const records = file.splits.filter(({ split_state }) => split_state === 'Published')
  const docs = records.flatMap(({ split_id, footer_offsets }) => {
    const split = readFileSync(join(folder, id, `${split_id}.split`))
    expect(split.length).toBe(footer_offsets.end)
    return splitContent(split).docs.map((doc) => JSON.parse(String(doc)) as unknown)
  })
  return { file, records, docs }
}

async function madeIndex(): Promise<Index> {
  const store = folderStore({ root: folder })
  return await createIndex(store, {
    index_id: 'visits',
    doc_mapping: {
      field_mappings: [
        { name: 'at', type: 'datetime', fast: true, fast_precision: 'milliseconds' },
        { name: 'tenant', type: 'u64' },
        { name: 'ms', type: 'u64', fast: true },
      ],
      timestamp_field: 'at',
      tag_fields: ['tenant'],
    },
    indexing_settings: { merge_policy: { type: 'stable_log', merge_factor: 2 } },
  })
}

const visit = (i: number) => ({
  at: new Date(1_795_000_000_000 + i * 1500).toISOString(),
  tenant: i % 2,
  ms: i,
})

describe('a reader made from the page alone', () => {
  test('finds every document, whether it came in requests, from files or through merges', async () => {
    const index = await madeIndex()
    for (let i = 0; i < 3; i++) await indexDocs(index, [visit(i)])
    const lines = [3, 4].map((i) => JSON.stringify(visit(i))).join('\n')
    await indexSource(index, bytesSource('visits.ndjson', Buffer.from(`${lines}\n`)))
    await mergeSplits(index)
    const { docs, records } = readIndex('visits')
    // As they came: what a hit shows is rendered by the mapping of today.
    const byMs = docs.toSorted((a, b) => (a as { ms: number }).ms - (b as { ms: number }).ms)
    expect(byMs).toEqual([0, 1, 2, 3, 4].map(visit))
    expect(records.reduce((sum, { num_docs }) => sum + num_docs, 0)).toBe(5)
  })

  test('can leave splits out by time, tags and bounds', async () => {
    const index = await madeIndex()
    await indexDocs(index, [visit(2), visit(4)])
    const [record] = readIndex('visits').records
    expect(record?.time_range).toEqual({ start: 1_795_000_003, end: 1_795_000_006 })
    expect(record?.tags).toEqual(['tenant!', 'tenant:0'])
    expect(record?.column_bounds).toContainEqual({ path: 'ms', type: 'u64', min: 2, max: 4 })
    const date = { path: 'at', type: 'date', min: 1_795_000_003_000, max: 1_795_000_006_000 }
    expect(record?.column_bounds).toContainEqual(date)
  })

  test('sees which files are in the index, and how far', async () => {
    const bytes = Buffer.from(`${JSON.stringify(visit(1))}\n`)
    await indexSource(await madeIndex(), bytesSource('visits.ndjson', bytes))
    const etag = createHash('sha256').update(bytes).digest('hex')
    const sources = Object.values(readIndex('visits').file.index.checkpoint)
    expect(sources[0]?.[`visits.ndjson#${etag}`]?.[0]).toBe(
      `~${String(bytes.length).padStart(20, '0')}`,
    )
  })

  test('takes an index that is being deleted for gone', async () => {
    await madeIndex()
    const again = await openIndex(folderStore({ root: folder }), 'visits')
    await again.engine.metastore.deleteIndex('visits')
    expect(() => readIndex('visits')).toThrow('visits is not there')
  })
})

test('the page has every key that is written, in the order of its tables', async () => {
  const index = await madeIndex()
  await indexDocs(index, [visit(1)])
  const {
    splits: [record = {}],
    ...file
  } = jsonAt<{ splits: object[]; index: object }>('visits/metastore.json')
  for (const keys of [Object.keys(file), Object.keys(file.index), Object.keys(record)]) {
    const missing = keys.filter((key) => !page.includes(`\`${key}\``))
    expect(missing).toEqual([])
  }
})

test('the limits on the page are those of the code', () => {
  const MINUTE_MS = 60_000
  const DAY_SECONDS = 86_400
  const limit = (name: string): string => {
    const row = page.split('\n').find((line) => line.startsWith(`| ${name} |`))
    return row?.split('|')[2]?.trim() ?? ''
  }
  expect(limit('deletion grace')).toBe(`${DELETION_GRACE_MS / MINUTE_MS} minutes`)
  expect(limit('orphan grace')).toBe(`${ORPHAN_GRACE_MS / MINUTE_MS / 60} hours`)
  expect(limit('rejected documents are kept')).toBe(
    `${REJECTED_KEPT_MS / MINUTE_MS / 60 / 24} days`,
  )
  expect(limit('finished files remembered by name')).toBe(String(checkpoint.NAMED_FILES_KEPT))
  expect(limit('finished files remembered at all, at least')).toBe(
    String(checkpoint.MIN_FINISHED_FILES_KEPT),
  )
  expect(limit('finished files remembered after that')).toBe(
    `${checkpoint.FINISHED_FILE_MEMORY_SECONDS / DAY_SECONDS} days`,
  )
  expect(limit('files begun and never finished, remembered')).toBe(
    `${checkpoint.UNFINISHED_FILE_MEMORY_SECONDS / DAY_SECONDS} days`,
  )
  expect(limit('runs kept')).toBe(String(MAX_RUNS_KEPT))
  expect(limit('failed runs kept beyond them, until their source is indexed')).toBe(
    String(MAX_FAILED_RUNS_KEPT),
  )
  expect(limit('sets of rejected documents, the newest')).toBe(String(MAX_REJECT_SETS))
})
