import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { LAMBDA_CORE_SPEED } from '../src/cost/measured.ts'
import type { SearchRequest } from '../src/engine/search/request.ts'
import { parseQueryString } from '../src/engine/query/query-string.ts'
import { BATCH_DOCS, HDFS, SALES } from './bench-index.ts'
import { buildIndex } from './cold/built-index.ts'
import { ModelledSearcher, type Searched, type Setting } from './cold/modelled-search.ts'
import { stretchToMonth } from './cold/stretched-index.ts'
import { tutorialSection } from './cold/tutorial-month.ts'
import { sampleOf } from './measure.ts'
import type { BenchRow, BenchSection, PartResult, Unit } from './report.ts'

/** Searches of each kind, each by a searcher of its own. */
const RUNS = 15
/** Its code is compiled by then. */
const WARM_UPS = 3
/** The bounds are about so many. */
const HDFS_DOCS = 20_000_000
/** A quota of ten: the searcher itself, one that answers somebody else, and these. */
const CALLS_MAX = 8
/** From one metastore poll on nothing is asked for a minute. */
const MINUTE_MS = 60_000

const TERM: Partial<SearchRequest> = { ...words('description:animal'), maxHits: 10 }
const ERRORS: Partial<SearchRequest> = {
  ...words('severity_text:ERROR'),
  maxHits: 10,
  sort: [{ by: 'field', field: 'timestamp', order: 'desc', dateUnit: 'ms' }],
}
const DAYS: Partial<SearchRequest> = {
  aggs: {
    days: {
      date_histogram: { field: 'timestamp', fixed_interval: '1d' },
      aggs: { severity: { terms: { field: 'severity_text' } } },
    },
  },
}

/**
 * Searches over S3 as the store model has it, in virtual time (`cold/virtual-time.ts`): waiting for the
 * store and for calls is modelled, computing is measured. One split
 * and the tutorial's month unless `docs` is given: HDFS-shaped lines whose index is made once, by whichever
 * program is first, which for twenty million takes ten minutes of a core. Mock sales: a split of two million
 * stands for the large ones of a month where there are so many HDFS-shaped lines, else one of a million.
 */
export async function benchCold(
  cache: string,
  { docs }: Readonly<Record<string, number>>,
): Promise<PartResult> {
  const one = join(cache, 'sales-100000')
  rmSync(one, { recursive: true, force: true })
  mkdirSync(one, { recursive: true })
  await buildIndex(SALES, { folder: one, docs: BATCH_DOCS })
  const setting = { folder: one, indexId: SALES.indexId }
  return {
    sections: [
      await oneSplit(setting),
      await tutorialSection(setting),
      ...(docs === undefined ? [] : await manySplits(cache, docs)),
    ],
  }
}

async function manySplits(cache: string, docs: number): Promise<BenchSection[]> {
  const isLarge = docs >= HDFS_DOCS
  const hdfs = join(cache, `hdfs-${docs}`)
  const hdfsSplits = await buildIndex(HDFS, { folder: hdfs, docs })
  const standIns = join(cache, isLarge ? 'sales-3100000' : 'sales-1100000')
  await buildIndex(SALES, { folder: standIns, docs: isLarge ? 3_100_000 : 1_100_000 })
  const title = `${docs} HDFS-shaped lines in ${hdfsSplits.length} splits, cold, store model of S3`
  return [
    { title, rows: await hdfsRows({ folder: hdfs, indexId: HDFS.indexId }, docs) },
    await month(standIns, cache),
  ]
}

async function oneSplit(setting: Setting): Promise<BenchSection> {
  const rows = await coldRows(setting, {
    id: 'cold-term',
    measure: 'a term, ten hits',
    dataset: 'sales-100k',
    ask: TERM,
    bounds: { requests: [4, 3], kilobytes: [300, 150] },
  })
  return { title: `One split of ${BATCH_DOCS} mock sales, cold, store model of S3`, rows }
}

async function hdfsRows(here: Setting, docs: number): Promise<BenchRow[]> {
  const isLarge = docs === HDFS_DOCS
  const dataset = isLarge ? 'hdfs-20m' : `hdfs-${docs}`
  const bounded = (must: number, aim: number) => (isLarge ? { bounds: { ms: [must, aim] } } : {})
  const inFunction = { ...here, speed: LAMBDA_CORE_SPEED }
  const handedOut = { ...inFunction, callsMax: CALLS_MAX }
  const cases = [
    [here, 'cold-errors', 'ERROR, top ten by time, on this machine', ERRORS, 500, 250],
    [inFunction, 'cold-errors-function', 'ERROR, top ten by time, in a function', ERRORS, 500, 250],
    [handedOut, 'cold-errors-calls', 'ERROR, top ten by time, by functions', ERRORS, 500, 250],
    [{ ...here, threads: 2 }, 'cold-days', 'days by severity, two cores', DAYS, 2_000, 800],
    [handedOut, 'cold-days-calls', 'days by severity, by functions', DAYS, 2_000, 800],
  ] as const
  const rows: BenchRow[] = []
  for (const [setting, id, measure, ask, must, aim] of cases) {
    rows.push(...(await coldRows(setting, { id, measure, dataset, ask, ...bounded(must, aim) })))
  }
  const again = await sampled(here, async (searcher) => {
    await searcher.search(ERRORS)
    return await searcher.search(ERRORS)
  })
  const later = await sampled(here, async (searcher) => {
    await searcher.search(ERRORS)
    searcher.wait(MINUTE_MS)
    return await searcher.search(ERRORS)
  })
  const same = { unit: 'ms', dataset } as const
  const ms = (searches: readonly Searched[]) => sampleOf(searches.map((each) => each.elapsedMs))
  rows.push(
    { id: 'again', measure: 'ERROR again', ...same, ...ms(again), must: 20, aim: 2 },
    // S3's time to the first byte and little else, so that it has no bound.
    {
      id: 'again-later',
      measure: 'ERROR a minute later: the metastore asked',
      ...same,
      ...ms(later),
    },
  )
  return rows
}

/** Each search of hundreds of splits takes a second here. */
const MONTH_RUNS = 5
/** Of a split: what indexes have that say nothing else. */
const DEFAULT_TARGET_DOCS = 10_000_000

/** What a search over a month's mock sales costs. With larger splits than there are stand-ins for, requests
 *  and rounds are those of the larger ones, and bytes and computing too few. */
async function month(standIns: string, cache: string): Promise<BenchSection> {
  const { indexId } = SALES
  const rows: BenchRow[] = []
  for (const targetDocs of [undefined, DEFAULT_TARGET_DOCS]) {
    const { splitCount, ...place } = await stretchToMonth(standIns, { indexId, targetDocs, cache })
    const setting = { ...place, indexId, speed: LAMBDA_CORE_SPEED, runs: MONTH_RUNS }
    const bounds = { usd: [0.05, 0.02] }
    const term = { dataset: `sales-month-${splitCount}-splits`, ask: TERM, bounds }
    const id = targetDocs === undefined ? 'cold-month' : 'cold-month-large'
    const measure = `a term in ${splitCount} splits`
    const handedOut = { ...setting, callsMax: CALLS_MAX }
    rows.push(
      ...(await coldRows(setting, { ...term, id, measure })),
      ...(await coldRows(handedOut, {
        ...term,
        id: `${id}-calls`,
        measure: `${measure}, by functions`,
      })),
    )
  }
  const title = 'A month of mock sales, as shipped and with larger splits, cold, store model of S3'
  return { title, rows }
}

type Bounds = readonly [must: number, aim: number]

interface ColdCase {
  readonly id: string
  readonly measure: string
  readonly dataset: string
  readonly ask: Partial<SearchRequest>
  readonly bounds?: Readonly<
    Partial<Record<'ms' | 'requests' | 'kilobytes' | 'usd', Bounds | readonly number[]>>
  >
}

async function coldRows(
  setting: Setting & { readonly runs?: number },
  { id, measure, dataset, ask, bounds = {} }: ColdCase,
): Promise<BenchRow[]> {
  const searches = await sampled(setting, (searcher) => searcher.search(ask))
  const row = (
    what: string,
    unit: Unit,
    pick: (each: Searched) => number,
    [must, aim]: readonly number[] = [],
  ): BenchRow => ({
    id: `${id}-${what.replaceAll(' ', '-')}`,
    measure: `${measure}: ${what}`,
    unit,
    dataset,
    ...sampleOf(searches.map(pick)),
    ...(must !== undefined && { must }),
    ...(aim !== undefined && { aim }),
  })
  return [
    row('time', 'ms', (each) => each.elapsedMs, bounds.ms),
    row('requests', 'requests', (each) => each.requests, bounds.requests),
    row('bytes', 'kB', (each) => each.bytes / 1e3, bounds.kilobytes),
    row('rounds', 'rounds', (each) => each.rounds),
    row('a thousand', 'USD', (each) => each.usd * 1_000, bounds.usd),
  ]
}

/** Searchers that have read nothing, each with other luck; the first ones are to have the code compiled. */
async function sampled(
  { runs = RUNS, ...setting }: Setting & { readonly runs?: number },
  ask: (searcher: ModelledSearcher) => Promise<Searched>,
): Promise<Searched[]> {
  const searches: Searched[] = []
  for (let seed = 1; seed <= WARM_UPS + runs; seed++) {
    searches.push(await ask(new ModelledSearcher(setting, seed)))
  }
  return searches.slice(WARM_UPS)
}

function words(text: string): Partial<SearchRequest> {
  return { query: parseQueryString(text, { defaultOperator: 'and' }) }
}
