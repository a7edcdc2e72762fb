/** Everything a monthly estimate depends on. One value, complete and read-only: the model never asks
 *  for anything else. `undefined` in the few inputs that allow it means not known, and makes the rows
 *  that need it unknown; it never counts as zero. */

export type Arch = 'arm64' | 'x86_64'

export interface CostAssumptions {
  readonly region: string
  readonly arch: Arch

  readonly queriesPerMonth: number
  /** Billed milliseconds of one warm query. */
  readonly queryMs: number
  /** Share of queries that start a new environment, 0 to 1. */
  readonly coldShare: number
  /** Billed milliseconds that a cold start adds: start of the process and the caches it has to fill. */
  readonly coldStartMs: number
  /** Gzipped answer, in kilobytes of 1,000. */
  readonly responseKb: number | undefined
  /** Share of queries that come through API Gateway, 0 to 1; the others invoke the function. */
  readonly httpShare: number
  /** Splits left after pruning by time, tags and column bounds. */
  readonly splitsPerQuery: number
  /** Ranged reads in one split: postings and columns, which mostly stand close enough for one. */
  readonly readsPerSplit: number
  /** Made once: the metastore, the hot cache, the documents of hits. */
  readonly readsPerQuery: number

  /** Time between two files; `never` when nothing arrives. */
  readonly everySeconds: number | 'never'
  readonly docsPerBatch: number
  /** Bytes of one document as uncompressed JSON, newline included. */
  readonly docBytes: number
  /** Billed seconds to index one file, merges apart. */
  readonly indexSeconds: number
  /** The part of `indexSeconds` that does not grow with the file: reads, writes, publishing. */
  readonly runOverheadSeconds: number
  readonly splitsPerFile: number
  readonly metastoreWritesPerFile: number
  readonly indexerReadsPerFile: number
  /** Merges that one new file causes in the long run. */
  readonly mergesPerFile: number
  readonly mergeSeconds: number
  readonly splitsPerMerge: number
  /** Scheduled runs that look after all indexes; what they merge is counted with the merges. */
  readonly upkeepRunsPerMonth: number
  /** Billed seconds of one that finds nothing to do. */
  readonly upkeepSeconds: number
  readonly upkeepReads: number
  /** Index bytes for each byte of uncompressed source. */
  readonly indexRatio: number
  /** Bytes in the staging bucket for each byte of uncompressed source: below 1 for gzip. */
  readonly stagedRatio: number
  readonly retentionDays: number | 'forever'
  /** Mean life of a staged file. */
  readonly stagingDaysKept: number

  readonly indexerMemoryMb: number
  readonly searcherMemoryMb: number
  /** `/tmp` of the function in GB of 1,024 MB; the first half is free. */
  readonly indexerEphemeralGb: number | undefined
  readonly searcherEphemeralGb: number | undefined

  readonly generatorOn: boolean
  readonly generatorMemoryMb: number
  readonly generatorSeconds: number

  readonly logBytesPerInvocation: number | undefined
  readonly logRetentionDays: number | 'forever'

  readonly secrets: number
  readonly alarms: number
  /** Customer keys: the one that alarms by mail are encrypted with. */
  readonly keys: number
  /** Records put into the delivery stream; `undefined` where a stream has unknown traffic. */
  readonly firehoseRecords: number | undefined
  /** Bytes of one record as it is put: one document, or several that the sender packs. */
  readonly firehoseRecordBytes: number
  /** Bytes read a month from a source bucket, by files indexed in place. */
  readonly inPlaceBytes: number
  /** Long pollers that Lambda keeps on the queue, each asking every 20 s; 0 without a queue. */
  readonly queuePollers: number
  /** Send, receive, hold, delete. */
  readonly queueRequestsPerFile: number
}

export type AssumptionName = keyof CostAssumptions

/** The stack that `init --target aws` sets up, fed by the sample stream. Where a figure comes from:
 *
 *  - queries, query time, cold share, response size and HTTP share: the documented defaults of
 *    `cost-estimate`, round numbers chosen for comparison with the tutorial's own;
 *  - batch, interval, document size: the sample generator, 100,000 documents of 16.04 MB;
 *  - index size: 33 bytes a document, as `npm run bench -- indexing` prints it anywhere;
 *  - index time: not a measurement but the slowest that a release may be (1.5 s a batch on the
 *    development machine), scaled as `measured.ts` does. Replace it with `--assume-measured`;
 *  - staged size: gzip level 6 of generated batches, 0.27 to 0.29 of the source;
 *  - staging life: a rule of four days removes an object 96 to 120 h after its creation, 108 h on average;
 *  - reads: those of a cold query over ten splits, which are a guess for a query with a time range, as
 *    `test/cost` counts them. A query for one term, sorted by time or not, makes four in all, since
 *    dictionaries count its matches; the writing of the hot cache, which is left out, adds two cents a
 *    month to what merges cost;
 *  - reads of a file: as `test/cost` counts them on the indexer itself, the staged file among them;
 *  - merges: factor ten, so one merge of ten splits for ten files; 1.7 s for a million documents on the
 *    development machine, scaled likewise and rounded up;
 *  - upkeep: one run an hour, which reads the manifest twice and the file of one index;
 *  - cold start, time of an upkeep, generator time, log bytes: guesses on the cautious side until a deployment is read. */
export const DEFAULT_ASSUMPTIONS: CostAssumptions = Object.freeze({
  region: 'us-east-1',
  arch: 'arm64',

  queriesPerMonth: 30_000,
  queryMs: 1000,
  coldShare: 0.05,
  coldStartMs: 600,
  responseKb: 8,
  httpShare: 1,
  splitsPerQuery: 10,
  readsPerSplit: 1,
  readsPerQuery: 3,

  everySeconds: 300,
  docsPerBatch: 100_000,
  docBytes: 160.4,
  indexSeconds: 3,
  runOverheadSeconds: 0.5,
  splitsPerFile: 1,
  metastoreWritesPerFile: 1,
  indexerReadsPerFile: 6,
  mergesPerFile: 0.1,
  mergeSeconds: 4,
  splitsPerMerge: 10,
  upkeepRunsPerMonth: 730,
  upkeepSeconds: 0.5,
  upkeepReads: 3,
  indexRatio: 33 / 160.4,
  stagedRatio: 0.28,
  retentionDays: 30,
  stagingDaysKept: 4.5,

  indexerMemoryMb: 3008,
  searcherMemoryMb: 3008,
  indexerEphemeralGb: 0.5,
  searcherEphemeralGb: 0.5,

  generatorOn: true,
  generatorMemoryMb: 1024,
  generatorSeconds: 3,

  logBytesPerInvocation: 1500,
  logRetentionDays: 14,

  secrets: 1,
  alarms: 3,
  keys: 0,
  firehoseRecords: 0,
  firehoseRecordBytes: 160.4,
  inPlaceBytes: 0,
  queuePollers: 5,
  queueRequestsPerFile: 4,
})
