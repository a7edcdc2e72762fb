import { type CostAssumptions, DEFAULT_ASSUMPTIONS } from './assumptions.ts'
import type { ComponentId } from './components.ts'
import { formatQuantity, formatUsd } from './format.ts'
import { estimateCost } from './model.ts'
import { GB_BYTES, lambdaGb, LAMBDA_GB_MB } from './month.ts'
import { US_EAST_1_PRICES, unitUsd } from './price-book.ts'

/** "$0.00005 per second for our 3GB RAM Lambda functions". */
const PUBLISHED_USD_PER_SECOND = 0.00005
const PUBLISHED_RUNS_PER_DAY = 300

const DOCS_PER_BATCH = 100_000
const BATCH_BYTES = 16.04e6
const BATCHES_PER_DAY = 288
const SOURCE_GB_PER_DAY = (BATCHES_PER_DAY * BATCH_BYTES) / GB_BYTES

/** 3,008 MB as its published restatement rounds it: $0.0000490 a second is 2.94 GB at the x86 price. */
const FUNCTION_MEMORY_MB = 2.94 * LAMBDA_GB_MB

/** "never more than 10GB", over the two days that a one-day rule may take. */
const STAGED_GB = 10
const STAGED_DAYS = 2

/** "Approximately 1GB of index is created per day". */
const INDEX_GB_PER_DAY = 1

/** The published use case: 100,000 events every five minutes, 30 days of history, 30,000 queries of one
 *  second. Two figures are reconstructed, since only their sum of about $0.78 is given: four writes a
 *  file (staged file, split, metastore twice) and fifty reads a query. What was not costed (logs,
 *  response sizes, the 10 GiB of `/tmp` on both functions) is unknown here, not zero. */
export const TUTORIAL_ASSUMPTIONS: CostAssumptions = Object.freeze({
  ...DEFAULT_ASSUMPTIONS,
  region: 'us-east-1',
  arch: 'x86_64',

  queriesPerMonth: 30_000,
  queryMs: 1000,
  coldShare: 0,
  responseKb: undefined,
  httpShare: 1,
  splitsPerQuery: 50,
  readsPerSplit: 1,
  readsPerQuery: 0,

  everySeconds: 300,
  docsPerBatch: DOCS_PER_BATCH,
  docBytes: BATCH_BYTES / DOCS_PER_BATCH,
  indexSeconds: 5,
  splitsPerFile: 1,
  metastoreWritesPerFile: 2,
  indexerReadsPerFile: 2,
  mergesPerFile: 0,
  upkeepRunsPerMonth: 0,
  indexRatio: INDEX_GB_PER_DAY / SOURCE_GB_PER_DAY,
  stagedRatio: STAGED_GB / STAGED_DAYS / SOURCE_GB_PER_DAY,
  retentionDays: 30,
  stagingDaysKept: STAGED_DAYS,

  indexerMemoryMb: FUNCTION_MEMORY_MB,
  searcherMemoryMb: FUNCTION_MEMORY_MB,
  indexerEphemeralGb: undefined,
  searcherEphemeralGb: undefined,

  generatorOn: true,
  generatorMemoryMb: 1024,
  generatorSeconds: 5,

  logBytesPerInvocation: undefined,

  secrets: 1,
  alarms: 0,
  queuePollers: 0,
  queueRequestsPerFile: 0,
})

/** A sentence of the tutorial beside what its own figures come to. */
interface TutorialStatement {
  readonly id: string
  readonly published: string
  readonly restated: string
}

/** The published statements, each worked out again. A function's cost includes its requests here, as in
 *  the restatement; in the rows of the estimate they stand apart. */
export function tutorialStatements(): readonly TutorialStatement[] {
  const estimate = estimateCost(TUTORIAL_ASSUMPTIONS)
  const usdOf = (id: ComponentId): number =>
    estimate.rows.find((candidate) => candidate.id === id)?.usd ?? 0
  const { filesPerMonth, docsPerMonth, queriesPerMonth } = estimate.volumes
  const requestUsd = unitUsd(US_EAST_1_PRICES.prices.lambdaRequest)
  const perDayUsd =
    PUBLISHED_RUNS_PER_DAY * TUTORIAL_ASSUMPTIONS.indexSeconds * PUBLISHED_USD_PER_SECOND
  const indexerUsd = usdOf('indexer_compute') + filesPerMonth * requestUsd
  const generatorUsd = usdOf('generator_compute') + filesPerMonth * requestUsd
  const s3Usd = usdOf('s3_writes') + usdOf('s3_reads')
  return [
    {
      id: 'second',
      published: '$0.00005 per second of a 3 GB function',
      restated: `2.94 GB × $0.0000166667 = $${secondUsd().toFixed(7)}`,
    },
    {
      id: 'indexer',
      published: 'in the order of $0.1 per day (300 executions of 5 seconds each)',
      restated: `$${perDayUsd.toFixed(3)} a day; ${formatQuantity(filesPerMonth)} runs a month: ${formatUsd(indexerUsd)}`,
    },
    { id: 'generator', published: 'not costed', restated: formatUsd(generatorUsd) },
    {
      id: 'staging',
      published: 'never more than 10GB stored there ($0.2 per month)',
      restated: formatUsd(usdOf('staging_storage')),
    },
    {
      id: 'index',
      published: "A month's worth of historical data (30GB) costs around $0.7 per month",
      restated: formatUsd(usdOf('index_storage')),
    },
    {
      id: 'searches',
      published: 'less than 1 second: in the order of 10k of them with a budget of $1',
      restated: `${formatQuantity(queriesPerDollar(1000))} for $1 at 1 s`,
    },
    {
      id: 'cached_searches',
      published: 'less than 100ms: 100k or more with $1',
      restated: `${formatQuantity(queriesPerDollar(100))} for $1 at 100 ms`,
    },
    { id: 'api_gateway', published: 'not costed', restated: formatUsd(usdOf('api_gateway')) },
    {
      id: 'secret_and_requests',
      published: 'not costed',
      restated: `${formatUsd(usdOf('secret'))} + about ${formatUsd(s3Usd)}`,
    },
    {
      id: 'egress',
      published: 'around $0.10/GB',
      restated: `$${unitUsd(US_EAST_1_PRICES.prices.dataOutGb).toFixed(2)} per GB`,
    },
    {
      id: 'headline',
      published: 'nearly 1 billion documents and 30k queries for under $7 a month',
      restated: `${formatQuantity(docsPerMonth / 1e6)} M documents, ${formatQuantity(queriesPerMonth)} queries at 1 s: ${formatUsd(estimate.totalUsd)} before logs`,
    },
  ]
}

function secondUsd(): number {
  return lambdaGb(FUNCTION_MEMORY_MB) * unitUsd(US_EAST_1_PRICES.prices.lambdaX86GbSecond)
}

/** Compute and request of the search function alone, to three significant digits downward. */
function queriesPerDollar(queryMs: number): number {
  const queryUsd = (queryMs / 1000) * secondUsd() + unitUsd(US_EAST_1_PRICES.prices.lambdaRequest)
  const queries = 1 / queryUsd
  const step = 10 ** (Math.floor(Math.log10(queries)) - 2)
  return Math.floor(queries / step) * step
}
