import { packBits, unpackBits } from '../src/engine/bytes/bit-packing.ts'
import { ByteReader, ByteWriter } from '../src/engine/bytes/cursor.ts'
import { decodeSequence, encodeSequence } from '../src/engine/bytes/int-sequence.ts'
import { logCells } from '../src/engine/search/aggregations/log-cells.ts'
import { docsWithKeyIn, type ScannedKeys } from '../src/engine/search/clauses/column-scan.ts'
import { matchExactPhrase, type PhraseTerm } from '../src/engine/search/clauses/exact-phrase.ts'
import { toWords } from '../src/engine/search/doc-set.ts'
import { rankedDocs } from '../src/engine/search/ranked-docs.ts'
import { COLUMN_BLOCK_VALUES } from '../src/engine/split/column.ts'
import { decodePostings, encodePostings } from '../src/engine/split/postings.ts'
import { memoryStore } from '../src/stores/memory-store.ts'
import { BATCH_DOCS, createBenchIndex, HDFS, indexBatch, SALES } from './bench-index.ts'
import { createDice } from './dice.ts'
import { isWanted, timed } from './measure.ts'
import { searchContext } from './open-index.ts'
import type { BenchRow, BenchSection, PartResult } from './report.ts'
import { searchRequest } from './search-request.ts'
import type { SearchRequest } from '../src/engine/search/request.ts'
import { searchRoot } from '../src/engine/search/root.ts'

const VALUES = 1 << 20
const RUNS = { runs: 15, warmUps: 25 }
const MS_TO_NS = 1e6

interface Kernel {
  readonly id: string
  readonly measure: string
  /** Of one call of `work`. */
  readonly values: number
  readonly work: () => unknown
}

/** The loops that searches spend their time in, each by itself. */
export async function benchKernels(only?: string): Promise<PartResult> {
  const kernels = [
    ...[1, 7, 20, 32].map(unpacking),
    sequence('linear', 'a column that nearly is a line', (i, dice) => i * 50 + dice() * 20),
    sequence('random', 'a column of random values', (_, dice) => dice() * 1e6),
    postings('dense', 'a posting list of every second document', 2),
    postings('sparse', 'a posting list of one document in fifty', 50),
    phrase(),
    cells(),
    scan('bytes', 'bytes', (values) => Uint8Array.from(values)),
    scan('ints', '32-bit integers', (values) => Uint32Array.from(values)),
    scan('doubles', 'doubles', (values) => values),
  ]
  return {
    sections: [await section('Kernels', kernels, only), ...(await aggregations(only))],
  }
}

async function section(
  title: string,
  kernels: readonly Kernel[],
  only: string | undefined,
): Promise<BenchSection> {
  const rows: BenchRow[] = []
  for (const { id, measure, values, work } of kernels) {
    if (!isWanted(only, { id, measure })) continue
    const sample = await timed(async () => await work(), RUNS)
    const nanoseconds = (ms: number): number => (ms * MS_TO_NS) / values
    rows.push({
      id: `kernel-${id}`,
      measure,
      unit: 'ns/value',
      value: nanoseconds(sample.value),
      min: nanoseconds(sample.min),
      max: nanoseconds(sample.max),
      runs: sample.runs,
      cpu: nanoseconds(sample.cpu),
      cpuMin: nanoseconds(sample.cpuMin),
    })
  }
  return { title, rows }
}

/** Integers of what `value` makes of a place and of dice that are the same each time. */
function numbers(value: (i: number, dice: () => number) => number): Float64Array {
  const dice = createDice(1)
  return Float64Array.from({ length: VALUES }, (_, i) => Math.floor(value(i, dice)))
}

function unpacking(width: number): Kernel {
  const out = new ByteWriter()
  packBits(
    numbers((_, dice) => dice() * 2 ** width),
    { start: 0, end: VALUES },
    width,
    out,
  )
  const bytes = out.view().slice()
  const target = new Uint32Array(VALUES)
  return {
    id: `unpack-${width}`,
    measure: `unpacking ${width} bit${width === 1 ? '' : 's'} each`,
    values: VALUES,
    work: () => unpackBits(new ByteReader(bytes, 'bits'), { count: VALUES, width }, target, 0),
  }
}

function sequence(
  id: string,
  measure: string,
  value: (i: number, dice: () => number) => number,
): Kernel {
  const out = new ByteWriter()
  encodeSequence(numbers(value), VALUES, out)
  const bytes = out.view().slice()
  return {
    id: `column-${id}`,
    measure: `decoding ${measure}`,
    values: VALUES,
    work: () => decodeSequence(new ByteReader(bytes, 'column'), VALUES),
  }
}

/** Documents about `gap` apart. */
function docsApart(gap: number, seed: number): Uint32Array {
  const dice = createDice(seed)
  let doc = -1
  return Uint32Array.from({ length: VALUES }, () => {
    doc += Math.floor(dice() * 2 * (gap - 1)) + 1
    return doc
  })
}

function postings(id: string, measure: string, gap: number): Kernel {
  const out = new ByteWriter()
  const docs = docsApart(gap, 2)
  const list = { docs, start: 0, docCount: VALUES, freqs: undefined, positions: undefined }
  encodePostings({ ...list, positionsStart: 0 }, out)
  const bytes = out.view().slice()
  const place = { kind: 'inline', bytes } as const
  const entry = { docCount: VALUES, hasFreqs: false, postings: place }
  return {
    id: `postings-${id}`,
    measure: `decoding ${measure}`,
    values: VALUES,
    work: () => decodePostings(undefined, entry, 'basic'),
  }
}

/** Two terms, each in two documents of three, next to each other in half of those that have both. */
function phrase(): Kernel {
  const terms = [0, 1].map((position): PhraseTerm => {
    const docs = docsApart(1.5, position + 3)
    const dice = createDice(position + 5)
    const positions = Uint8Array.from({ length: VALUES }, () => position + Math.floor(dice() * 2))
    const words = toWords({ kind: 'list', docs }, (docs.at(-1) ?? 0) + 1)
    return {
      position,
      docs,
      positions: { offsets: undefined, positions },
      ranked: rankedDocs(words),
    }
  })
  return {
    id: 'phrase',
    measure: 'matching a phrase of two, for each posting',
    values: 2 * VALUES,
    work: () => matchExactPhrase(terms),
  }
}

function cells(): Kernel {
  const values = numbers((_, dice) => 1 + dice() * 1e5)
  return {
    id: 'log-cells',
    measure: 'cells of percentiles',
    values: VALUES,
    work: () => logCells(values),
  }
}

/** Half of the keys of each block lie in the range; with the kernel of assembly/scan.ts, which the warm-ups start. */
function scan(
  id: string,
  measure: string,
  make: (values: Float64Array) => ScannedKeys['keys'],
): Kernel {
  const keys = make(numbers((_, dice) => dice() * 100))
  const blocks = Math.ceil(VALUES / COLUMN_BLOCK_VALUES)
  const bounds = {
    blockMins: new Float64Array(blocks),
    blockMaxs: new Float64Array(blocks).fill(99),
  }
  const column = { keys, starts: undefined, ...bounds }
  return {
    id: `scan-${id}`,
    measure: `testing a range on ${measure}`,
    values: VALUES,
    work: () => docsWithKeyIn(column, { low: 25, high: 74 }, VALUES),
  }
}

const AGGREGATIONS: readonly (Omit<Kernel, 'values' | 'work'> & {
  readonly of: typeof SALES
  readonly aggs: NonNullable<SearchRequest['aggs']>
})[] = [
  {
    id: 'date-histogram',
    measure: 'hourly histogram',
    of: SALES,
    aggs: { hours: { date_histogram: { field: 'ts', fixed_interval: '1h' } } },
  },
  {
    id: 'terms',
    measure: 'terms of a column with few',
    of: HDFS,
    aggs: { by: { terms: { field: 'severity_text' } } },
  },
  { id: 'stats', measure: 'stats', of: SALES, aggs: { price: { stats: { field: 'price' } } } },
  {
    id: 'percentiles',
    measure: 'percentiles',
    of: SALES,
    aggs: { price: { percentiles: { field: 'price' } } },
  },
]

/** Whole searches without hits over one split that is in memory: for each document. */
async function aggregations(only: string | undefined): Promise<BenchSection[]> {
  const kernels: Kernel[] = []
  for (const set of [SALES, HDFS]) {
    const index = await createBenchIndex(set, memoryStore())
    await indexBatch(index, 0)
    const context = searchContext(index.store)
    for (const { of, aggs, ...kernel } of AGGREGATIONS) {
      if (of !== set) continue
      const request = searchRequest(set.indexId, { aggs })
      kernels.push({ ...kernel, values: BATCH_DOCS, work: () => searchRoot(request, context) })
    }
  }
  return [await section(`Aggregations over one split of ${BATCH_DOCS} documents`, kernels, only)]
}
