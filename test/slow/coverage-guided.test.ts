import { Session, type Profiler } from 'node:inspector'
import { expect, test } from 'vitest'
import { parseJson } from '../../src/engine/bytes/json.ts'
import { QwError } from '../../src/engine/errors.ts'
import { decodeIndexFile } from '../../src/engine/metastore/index-file-codec.ts'
import { decodeManifest, encodeManifest } from '../../src/engine/metastore/manifest.ts'
import { parseElasticQuery } from '../../src/engine/query/elastic-dsl/parse-elastic-query.ts'
import { parseQueryString } from '../../src/engine/query/query-string.ts'
import { parseIndexConfig } from '../../src/engine/schema/config-text.ts'
import { parseIp, parseIpNetwork } from '../../src/engine/schema/ip.ts'
import { parsePartitionKey } from '../../src/engine/schema/partition-key.ts'
import { decodeFooter, encodeFooter } from '../../src/engine/split/footer.ts'
import { SealingQueue } from '../../src/engine/bytes/sealing-queue.ts'
import { seededFractions } from '../../src/stores/testing/seeded-fractions.ts'

// Coverage-guided fuzzing with V8's own coverage (docs/decisions/0039): an input that reaches a block
// of the program that none before it reached is kept and mutated further.

const RUNS = 2_500
/** Far above what any input takes: tells a hang, measures nothing. */
const HANG_MS = 5_000
const SEED = Number(process.env['SEED'] ?? 39)
const REFUSALS = ['invalid', 'tooLarge', 'notFound', 'corrupt']

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
const bytesOf = (value: string): Uint8Array => new TextEncoder().encode(value)

interface Target {
  readonly name: string
  readonly parse: (bytes: Uint8Array) => unknown
  readonly corpus: readonly (string | Uint8Array)[]
}

const FOOTER = await encodeFooter(
  {
    docCount: 5,
    sourceBytes: 1234,
    docStore: { firstDocs: Uint32Array.of(0, 3, 5), blockStarts: Float64Array.of(8, 100, 200) },
    fields: new Map(),
  },
  200,
  new SealingQueue(),
)

const TARGETS: readonly Target[] = [
  {
    name: 'query strings',
    parse: (bytes) => parseQueryString(text(bytes), { defaultOperator: 'and' }),
    corpus: [
      'a:b AND NOT (c:[1 TO 5} OR "d e"~2)',
      'x:IN [1 2] y:>=3 z:/a.*[b-c]/ w:f*o?',
      '+a -b^2',
    ],
  },
  {
    name: 'DSL bodies',
    parse: (bytes) => parseElasticQuery(parseJson(text(bytes))),
    corpus: [
      '{"bool":{"must":[{"match":{"a":{"query":"b c","operator":"and"}}}],"must_not":{"exists":{"field":"x"}}}}',
      '{"range":{"ts":{"gte":"now-1d/d","lt":5,"format":"epoch_millis"}}}',
      '{"query_string":{"query":"a:b","default_operator":"AND"}}',
      '{"terms":{"a":["b",1]}}',
    ],
  },
  {
    name: 'index configs',
    parse: (bytes) => parseIndexConfig(text(bytes)),
    corpus: [
      'version: 0.9\nindex_id: a\ndoc_mapping:\n  field_mappings:\n    - {name: n, type: u64, fast: true}\n',
      '{"version":"0.9","index_id":"a","doc_mapping":{"mode":"dynamic","field_mappings":[{"name":"t","type":"datetime","fast":true,"input_formats":["rfc3339"]}],"timestamp_field":"t"},"retention":{"period":"30 days"}}',
    ],
  },
  {
    name: 'addresses and partition keys',
    parse: (bytes) => {
      const value = text(bytes)
      return [parseIp(value), parseIpNetwork(value), parsePartitionKey(value)]
    },
    corpus: ['10.0.0.1/8', '2001:db8::1/64', '::ffff:1.2.3.4', 'hash_mod((tenant,region), 50)'],
  },
  {
    name: 'manifests',
    parse: decodeManifest,
    corpus: [encodeManifest(new Map([['a', 'active']])), '{"indexes":{"a":"creating"}}'],
  },
  {
    name: 'metastore files',
    parse: (bytes) => decodeIndexFile(bytes, 'a/metastore.json'),
    corpus: ['{"format":1,"index":{"index_config":{},"index_uid":"a:1"},"splits":[],"runs":[]}'],
  },
  { name: 'footers', parse: decodeFooter, corpus: [FOOTER] },
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
      expect(REFUSALS, shown).toContain((error as QwError).kind)
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
