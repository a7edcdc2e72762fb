import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseIndexConfig } from '../schema/config-text.ts'
import { parseIp } from '../schema/ip.ts'
import { decodeGone } from './gone-names.ts'
import { decodeIndexFile, encodeIndexFile } from './index-file-codec.ts'
import { decodeRejectSet } from './reject-set.ts'
import type { IndexFile } from './index-metadata.ts'

/** Written by the first release of its format and never again: it must open for ever. */
const frozen = (format: number): Uint8Array =>
  readFileSync(new URL(`testing/metastore-format-${format}.json`, import.meta.url))

const config = parseIndexConfig({
  version: '0.9',
  index_id: 'frozen',
  doc_mapping: {
    doc_mapping_uid: '01HQ0000000000000000000001',
    timestamp_field: 'ts',
    field_mappings: [{ name: 'ts', type: 'datetime', fast: true }],
  },
})

const FILE: IndexFile = {
  metadata: {
    indexId: 'frozen',
    indexUid: 'frozen:01HQ0000000000000000000000',
    config,
    pastMappings: [],
    createTimestamp: 1_700_000_000,
    sources: [],
    checkpoint: new Map([
      [
        'ingest-lambda-source',
        new Map([
          [
            's3://staging/frozen/a.gz#"0f"',
            { position: '~00000000000000000123', updateTimestamp: 1_700_000_001 },
          ],
          ['#n4bQgYhMfWWaL-qg', { position: '~', updateTimestamp: 1_600_000_000 }],
        ]),
      ],
    ]),
  },
  splits: [
    {
      splitId: '01HQ0000000000000000000002',
      indexUid: 'frozen:01HQ0000000000000000000000',
      sourceId: 'ingest-lambda-source',
      nodeId: 'qw-lambda',
      state: 'Published',
      createTimestamp: 1_700_000_000,
      updateTimestamp: 1_700_000_001,
      publishTimestamp: 1_700_000_001,
      docCount: 3,
      sourceBytes: 123,
      timeRange: { startSeconds: 1_600_000_000, endSeconds: 1_600_000_002 },
      tags: ['tenant!', 'tenant:1'],
      footer: { start: 400, end: 500 },
      maturity: { kind: 'immature', maturationPeriodMs: 172_800_000 },
      mergeOpCount: 0,
      deleteOpstamp: 0,
      docMappingUid: '01HQ0000000000000000000001',
      columnBounds: [{ path: 'id', type: 'u64', min: 0, max: 18_446_744_073_709_551_615n }],
    },
  ],
  deleteTasks: [],
  runs: [
    {
      runId: '01HQ0000000000000000000003',
      sourceUri: 's3://staging/frozen/a.gz',
      state: 'done',
      docCount: 3,
      rejectedCount: 1,
      sourceBytes: 123,
      splitCount: 1,
      startedMs: 1_700_000_000_000,
      updatedMs: 1_700_000_001_000,
      error: undefined,
    },
  ],
  rejectSets: [],
  orphansListedMs: 1_700_000_002_000,
  snapshots: [],
  gone: new Map(),
}

const SNAPSHOT = {
  name: 'monday',
  snapshotId: '01HQ0000000000000000000009',
  createdMs: 1_700_000_003_000,
  docCount: 10,
  deleteOpstamp: 0,
  splitBytes: new Map([['01HQ0000000000000000000008', 4_096]]),
}

test('a file of the first format opens', () => {
  expect(decodeIndexFile(frozen(1), 'frozen/metastore.json')).toEqual(FILE)
})

test('a file of the second format opens, which names snapshots', () => {
  const file = { ...FILE, snapshots: [SNAPSHOT] }
  expect(decodeIndexFile(frozen(2), 'frozen/metastore.json')).toEqual(file)
  expect(decodeIndexFile(encodeIndexFile(file), 'key')).toEqual(file)
})

test('a file of the third format opens, which has a checksum', () => {
  expect(decodeIndexFile(frozen(3), 'frozen/metastore.json')).toEqual(FILE)
  expect(Buffer.from(encodeIndexFile(FILE)).toString()).toMatch(/,"crc32":"[0-9a-f]{8}"\}$/)
})

test('what is written today is read back', () => {
  const run = '01HQ0000000000000000000002'
  const rejectSets = [
    { setId: `${run}-00000`, docCount: 3, notKeptCount: 1 },
    { setId: `${run}-00001-01HQ0000000000000000000009`, docCount: 0, notKeptCount: 7 },
  ]
  const gone = new Map([[run, 1_700_000_004]])
  const file = { ...FILE, rejectSets, gone }
  expect(decodeIndexFile(encodeIndexFile(file), 'key')).toEqual(file)
})

test.each([[['01HQ0000000000000000000002', 'x']], [[1, 1]], ['x'], [null]])(
  'a name that is gone is not %j',
  (entry) => expect(() => decodeGone([entry])).toThrow(/gone/),
)

test.each([[['R1-00000', 1, 0]], [['01HQ0000000000000000000002-00000', -1, 0]], ['x'], [null]])(
  'a set of rejected documents is not %j',
  (set) => {
    expect(() => decodeRejectSet(set)).toThrow(/reject set/)
  },
)

test('bounds of addresses stand apart from those of numbers, whose readers know no others', () => {
  const [split, ...rest] = FILE.splits
  const bounds = [parseIp('10.0.0.1'), parseIp('2001:db8::1')]
  const [min = new Uint8Array(0), max = new Uint8Array(0)] = bounds
  const columnBounds = [
    { path: 'n', type: 'i64' as const, min: -1, max: 5 },
    { path: 'ip', type: 'ip' as const, min, max },
  ]
  const file = { ...FILE, splits: [{ ...split!, columnBounds }, ...rest] }
  const written = encodeIndexFile(file)
  const { splits } = JSON.parse(new TextDecoder().decode(written)) as { splits: object[] }
  expect(splits[0]).toMatchObject({
    column_bounds: [{ path: 'n', type: 'i64' }],
    ip_bounds: [{ path: 'ip', min: '10.0.0.1', max: '2001:db8::1' }],
  })
  expect(decodeIndexFile(written, 'key')).toEqual(file)
})
