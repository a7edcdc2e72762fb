import { callGroups, leafBytes } from '../src/engine/search/fan-out.ts'
import { isCountedFirst } from '../src/engine/search/hit-splits.ts'
import { planLeaf, type LeafPlan } from '../src/engine/search/leaf-plan.ts'
import type { LeafRequest } from '../src/engine/search/leaf-request.ts'
import { parseQueryString } from '../src/engine/query/query-string.ts'
import { rowOf } from './measure.ts'
import type { BenchRow, PartResult } from './report.ts'
import { shippedConfig } from '../src/engine/schema/shipped-configs.ts'

// On paper: what the rule of fan-out makes of indexes that no laptop holds. A searcher of 3,008 MB on
// arm64 in us-east-1 at list prices, S3's usual 20 ms to the first byte, everything cold but the
// processes.
const SPLIT_DOCS = 2_000_000
/** Of HDFS-shaped lines, as `npm run bench -- indexing` measures them. */
const INDEX_BYTES_PER_DOC = 55
const CALL_SECONDS = 0.15
const ROUND_SECONDS = 0.02
const ROUNDS = 4
/** Of the newest splits, by 41 kB of each. */
const SPLITS_IN_HOT_CACHE = 300
/** Footer and what stands before it, where the hot cache has nothing of a split. */
const OPENING_BYTES = 170_000
const BYTES_PER_SECOND = 60_000_000
const GB_SECOND_USD = 0.0000133334
const MEMORY_GB = 3_008 / 1_024
const INVOCATION_USD = 0.0000002
const READ_USD = 0.0000004

const HISTOGRAM = {
  days: {
    date_histogram: { field: 'timestamp', fixed_interval: '1d' },
    aggs: { severity: { terms: { field: 'severity_text' } } },
  },
}

interface Shape {
  readonly id: string
  readonly name: string
  readonly request: Partial<LeafRequest>
}

const SHAPES: readonly Shape[] = [
  {
    id: 'term',
    name: 'a term, ten hits',
    request: { query: parse('severity_text:ERROR'), hitLimit: 10 },
  },
  { id: 'days', name: 'daily histogram by severity', request: { aggs: HISTOGRAM } },
]

/** GETs and bytes of one process that searches so many of the index's splits, the newest first. */
function readsOf(splits: LeafRequest['splits'], plan: LeafPlan) {
  const count = splits.length
  const readsHot = count >= Math.max(4, plan.request.splits.length / 16)
  const opened = readsHot ? Math.max(0, count - SPLITS_IN_HOT_CACHE) : count
  const searched = splits.filter((split) => !isCountedFirst(plan, split)).length
  const bytes = splits.reduce((sum, split) => sum + leafBytes(split, plan), 0)
  return {
    requests: (readsHot ? 1 : 0) + opened + searched,
    bytes: bytes + opened * OPENING_BYTES,
  }
}

/** The metastore, and of the split that has the hits posting list, column and documents. */
const REQUESTS_OF_SEARCH = 3

/** The search of indexes from 20 million documents to 10 TB, in one process and handed out. */
export function benchFanOut(): PartResult {
  const sections = SHAPES.map(({ id, name, request }) => ({
    title: `Handed out, on paper: ${name}`,
    rows: [20e6, 200e6, 2e9, 20e9, 180e9].flatMap((docs) => [
      ...rowsOf(id, docs, undefined, request),
      ...[8, 900].flatMap((callsMax) => rowsOf(id, docs, callsMax, request)),
    ]),
  }))
  return { sections }
}

/** `callsMax`: at once; undefined: all in one process. */
function rowsOf(
  shape: string,
  docs: number,
  callsMax: number | undefined,
  request: Partial<LeafRequest>,
): BenchRow[] {
  const count = Math.ceil(docs / SPLIT_DOCS)
  const plan = planLeaf({ ...BASE, ...request, splits: Array.from({ length: count }, splitAt) })
  const groups = callsMax === undefined ? [plan.request.splits] : callGroups(plan, { callsMax })
  const work = (splits: LeafRequest['splits']): number =>
    ROUNDS * ROUND_SECONDS + readsOf(splits, plan).bytes / BYTES_PER_SECOND
  const calls = groups.length - 1
  const turns = callsMax === undefined ? 0 : Math.ceil(calls / callsMax)
  const wait = Math.max(...groups.map(work)) + (calls === 0 ? 0 : CALL_SECONDS)
  const waits = calls === 0 ? wait : turns * wait
  const leafSeconds = groups.reduce((sum, group) => sum + work(group), 0)
  const seconds = calls === 0 ? waits : waits + leafSeconds + calls * CALL_SECONDS
  const requests = groups.reduce(
    (sum, splits) => sum + readsOf(splits, plan).requests,
    REQUESTS_OF_SEARCH,
  )
  const usd =
    seconds * MEMORY_GB * GB_SECOND_USD + (calls + 1) * INVOCATION_USD + requests * READ_USD
  const index = `${((docs * INDEX_BYTES_PER_DOC) / 1e9).toFixed(0)} GB in ${count} splits`
  const atOnce = Math.min(callsMax ?? 0, calls)
  const how = calls === 0 ? 'in one process' : `${calls} calls, ${atOnce} at once`
  const id = `fan-out-${shape}-${docs / 1e6}m-${callsMax ?? 'here'}`
  const measure = `${index}, ${how}`
  return [
    rowOf({ id: `${id}-wait`, measure: `${measure}: wait`, unit: 's' }, waits),
    rowOf({ id: `${id}-requests`, measure: `${measure}: requests`, unit: 'requests' }, requests),
    rowOf({ id: `${id}-usd`, measure: `${measure}: one query`, unit: 'USD' }, usd),
  ]
}

const BASE: LeafRequest = {
  indexId: 'hdfs-logs',
  config: configOf('hdfs-logs'),
  query: { kind: 'matchAll' },
  searchFields: undefined,
  startTimestamp: undefined,
  endTimestamp: undefined,
  hitLimit: 0,
  sort: [],
  searchAfter: undefined,
  aggs: undefined,
  wantsTerms: false,
  wantsScores: false,
  minScore: undefined,
  terminateAfter: undefined,
  splits: [],
}

function splitAt(_: unknown, at: number): LeafRequest['splits'][number] {
  const footer = { start: 0, end: 1 }
  return { splitId: String(at), footer, docCount: SPLIT_DOCS, timeRange: undefined }
}

function parse(text: string): LeafRequest['query'] {
  return parseQueryString(text, { defaultOperator: 'and' })
}

function configOf(indexId: string): LeafRequest['config'] {
  const config = shippedConfig(indexId)
  if (config === undefined) throw new Error(`no shipped config ${indexId}`)
  return config
}
