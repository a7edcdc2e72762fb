import { readFileSync } from 'node:fs'
import { Session, type Profiler } from 'node:inspector'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { parseJson } from '../../src/engine/bytes/json.ts'
import { openBlock, SEALED_HEADER_BYTES } from '../../src/engine/bytes/sealed-block.ts'
import { QwError } from '../../src/engine/errors.ts'
import { checkedJson } from '../../src/engine/metastore/checked-json.ts'
import { decodeIndexFile, encodeIndexFile } from '../../src/engine/metastore/index-file-codec.ts'
import { decodeManifest, encodeManifest } from '../../src/engine/metastore/manifest.ts'
import { parseElasticQuery } from '../../src/engine/query/elastic-dsl/parse-elastic-query.ts'
import { parseQueryString } from '../../src/engine/query/query-string.ts'
import { parseIndexConfig } from '../../src/engine/schema/config-text.ts'
import { parseIp, parseIpNetwork } from '../../src/engine/schema/ip.ts'
import { parsePartitionKey } from '../../src/engine/schema/partition-key.ts'
import { decodeFooter } from '../../src/engine/split/footer.ts'
import { sampleSplit } from '../../src/engine/split/testing/sample-split.ts'
import { seededFractions } from '../../src/stores/testing/seeded-fractions.ts'

// Coverage-guided fuzzing with V8's own coverage (docs/decisions/0039): an input that reaches a block
// of the program that none before it reached is kept and mutated further.

const RUNS = 2_500
/** Far above what any input takes: tells a hang, measures nothing. */
const HANG_MS = 5_000
const SEED = Number(process.env['SEED'] ?? 39)
/** What a person's input may be called. */
const OF_INPUT = ['invalid', 'tooLarge']
/** What stands in the store may be damaged, or of a newer program. */
const OF_STORED = ['corrupt', 'invalid']

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
const bytesOf = (value: string): Uint8Array => new TextEncoder().encode(value)

interface Target {
  readonly name: string
  readonly parse: (bytes: Uint8Array) => unknown
  /** Each is read without an error. */
  readonly corpus: readonly (string | Uint8Array)[]
  readonly refusals: readonly string[]
}

/** A file with every part, as JSON without its checksum. */
function indexFileJson(): string {
  const frozen = readFileSync(
    new URL('../../src/engine/metastore/testing/metastore-format-3.json', import.meta.url),
  )
  const file = decodeIndexFile(frozen, 'frozen')
  const set = { setId: '01HQ0000000000000000000002-00000', docCount: 3, notKeptCount: 1 }
  const full = encodeIndexFile({ ...file, rejectSets: [set], snapshots: [SNAPSHOT] })
  return text(full).replace(/,"crc32":"[0-9a-f]{8}"\}$/, '}')
}

const SNAPSHOT = {
  name: 'monday',
  snapshotId: '01HQ0000000000000000000009',
  createdMs: 1_700_000_003_000,
  docCount: 10,
  deleteOpstamp: 0,
  splitBytes: new Map([['01HQ0000000000000000000008', 4_096]]),
}

const TRAILER_BYTES = 24
const { bytes: SPLIT } = await sampleSplit(
  ['body:str', 'n:i64'],
  [{ body: 'alpha beta', n: 1n }, { body: 'beta gamma', n: -2n }, { n: 3n }],
)
/** The trailer begins with the size of the block before it. */
const BLOCK_BYTES = Buffer.from(SPLIT).readUInt32LE(SPLIT.length - TRAILER_BYTES)
const FOOTER_BODY = openBlock(SPLIT.slice(-TRAILER_BYTES - BLOCK_BYTES, -TRAILER_BYTES), 'footer')

/** A footer with this body, whose checksums are right. */
function sealedFooter(body: Uint8Array): Uint8Array {
  const block = Buffer.alloc(SEALED_HEADER_BYTES + body.length)
  block.writeUInt32LE(body.length, 5) // the codec before it is 0: stored
  block.set(body, SEALED_HEADER_BYTES)
  block.writeUInt32LE(crc32(block.subarray(4)))
  const trailer = Buffer.from(SPLIT.slice(-TRAILER_BYTES))
  trailer.writeUInt32LE(block.length)
  trailer.writeUInt32LE(crc32(trailer.subarray(0, 16)), 16)
  return Buffer.concat([block, trailer])
}

const TARGETS: readonly Target[] = [
  {
    name: 'query strings',
    parse: (bytes) => parseQueryString(text(bytes), { defaultOperator: 'and' }),
    corpus: [
      'a:b AND NOT (c:[1 TO 5} OR "d e"~2)',
      'x:IN [1 2] y:>=3 z:/a.*[b-c]/ w:f*o?',
      '+a -b^2',
    ],
    refusals: OF_INPUT,
  },
  {
    name: 'DSL bodies',
    parse: (bytes) => parseElasticQuery(parseJson(text(bytes)), { nowMs: 0 }),
    corpus: [
      '{"bool":{"must":[{"match":{"a":{"query":"b c","operator":"and"}}}],"must_not":{"exists":{"field":"x"}}}}',
      '{"range":{"ts":{"gte":"now-1d/d","lt":5,"format":"epoch_millis"}}}',
      '{"query_string":{"query":"a:b","default_operator":"AND"}}',
      '{"terms":{"a":["b",1]}}',
    ],
    refusals: OF_INPUT,
  },
  {
    name: 'index configs',
    parse: (bytes) => parseIndexConfig(text(bytes)),
    corpus: [
      'version: 0.9\nindex_id: abc\ndoc_mapping:\n  field_mappings:\n    - {name: n, type: u64, fast: true}\n',
      '{"version":"0.9","index_id":"abc","doc_mapping":{"mode":"dynamic","field_mappings":[{"name":"t","type":"datetime","fast":true,"input_formats":["rfc3339"]}],"timestamp_field":"t"},"retention":{"period":"30 days"}}',
    ],
    refusals: OF_INPUT,
  },
  {
    name: 'addresses',
    parse: (bytes) => [parseIp(text(bytes)), parseIpNetwork(text(bytes))],
    corpus: ['10.0.0.1/8', '2001:db8::1/64', '::ffff:1.2.3.4'],
    refusals: OF_INPUT,
  },
  {
    name: 'partition keys',
    parse: (bytes) => parsePartitionKey(text(bytes)),
    corpus: ['hash_mod((tenant,region), 50)', 'tenant,hash_mod(region, 7)'],
    refusals: OF_INPUT,
  },
  {
    name: 'manifests',
    parse: decodeManifest,
    corpus: [encodeManifest(new Map([['a', 'active']])), '{"indexes":{"a":"creating"}}'],
    refusals: OF_STORED,
  },
  {
    name: 'metastore files under a right checksum',
    parse: (bytes) => decodeIndexFile(checkedJson(text(bytes)), 'a/metastore.json'),
    corpus: [indexFileJson()],
    refusals: OF_STORED,
  },
  {
    name: 'footers under right checksums',
    parse: (bytes) => decodeFooter(sealedFooter(bytes)),
    corpus: [FOOTER_BODY],
    refusals: OF_STORED,
  },
]

/** The blocks of the program's own files that ran since the last call, each as one text. */
function blocksReached(session: Session): string[] {
  const blocks: string[] = []
  session.post('Profiler.takePreciseCoverage', (error, taken) => {
    expect(error).toBeNull()
    for (const { url, functions } of (taken as Profiler.TakePreciseCoverageReturnType).result) {
      if (!url.includes('/src/')) continue
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          if (count > 0) blocks.push(`${url}:${startOffset}-${endOffset}`)
        }
      }
    }
  })
  return blocks
}

/** One to four edits: a bit, a byte of meaning, a cut, a repeat, or a piece of another input. */
function mutate(pool: readonly Uint8Array[], fraction: () => number): Uint8Array {
  const below = (limit: number): number => Math.floor(fraction() * limit)
  const pick = (): Uint8Array => pool[below(pool.length)] ?? new Uint8Array()
  let bytes = Buffer.from(pick())
  for (let edits = 1 + below(4); edits > 0; edits--) {
    const at = below(bytes.length + 1)
    const end = at + below(bytes.length - at + 1)
    const [head, piece, tail] = [
      bytes.subarray(0, at),
      bytes.subarray(at, end),
      bytes.subarray(end),
    ]
    const other = pick()
    const from = below(other.length)
    const marks = Buffer.from('\0\xff"\\{}[]():,*/-+~^.09eE\n', 'latin1')
    const mark = below(marks.length)
    const middle = [
      piece.map((byte, i) => (i === 0 ? byte ^ (1 << below(8)) : byte)),
      Buffer.concat([marks.subarray(mark, mark + 1), piece]),
      Buffer.alloc(0),
      Buffer.concat([piece, piece]),
      Buffer.concat([piece, other.subarray(from, from + below(32))]),
    ][below(5)]
    bytes = Buffer.concat([head, middle ?? piece, tail]).subarray(0, 4_096)
  }
  return bytes
}

test.each(TARGETS)('$name: whatever reaches new code is read or refused by name', (target) => {
  console.log(`${target.name}: seed ${SEED} (replay with SEED=${SEED})`)
  const fraction = seededFractions(SEED)
  const pool = target.corpus.map((each) => (typeof each === 'string' ? bytesOf(each) : each))
  const corpusSize = pool.length
  for (const seed of pool) expect(() => target.parse(seed), text(seed)).not.toThrow()
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const seen = new Set<string>()
  for (let run = 0; run < RUNS; run++) {
    const input = run < corpusSize ? (pool[run] ?? new Uint8Array()) : mutate(pool, fraction)
    const startedMs = performance.now()
    try {
      target.parse(input)
    } catch (error) {
      const shown = `${String(error)} for ${JSON.stringify(text(input))}`
      expect(error, shown).toBeInstanceOf(QwError)
      expect(target.refusals, shown).toContain((error as QwError).kind)
    }
    expect(performance.now() - startedMs, JSON.stringify(text(input))).toBeLessThan(HANG_MS)
    const sizeBefore = seen.size
    for (const block of blocksReached(session)) seen.add(block)
    if (run >= corpusSize && seen.size > sizeBefore) pool.push(input)
  }
  session.post('Profiler.stopPreciseCoverage')
  session.disconnect()
  console.log(`${target.name}: ${RUNS} runs, ${seen.size} blocks, ${pool.length - corpusSize} kept`)
  // The guide guides: without coverage no input is ever kept.
  expect(pool.length).toBeGreaterThan(corpusSize)
})
