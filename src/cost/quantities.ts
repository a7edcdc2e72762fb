import type { CostAssumptions } from './assumptions.ts'
import type { ComponentId } from './components.ts'
import { formatQuantity as n } from './format.ts'
import {
  FOREVER_DAYS,
  FREE_EPHEMERAL_GB,
  GB_BYTES,
  lambdaGb,
  MONTH_DAYS,
  MONTH_SECONDS,
  QUEUE_POLL_SECONDS,
} from './month.ts'

/** How much of something a month uses, and the arithmetic that says so. */
export interface Quantity {
  /** `undefined` when an input is not known. */
  readonly value: number | undefined
  /** The left side of an equation, such as `8,760 runs × 3 s × 2.9375 GB`. */
  readonly working: string
}

/** Totals that people quote, apart from money. */
export interface Volumes {
  readonly filesPerMonth: number
  readonly docsPerMonth: number
  readonly sourceGbPerDay: number
  readonly sourceGbPerMonth: number
  readonly queriesPerMonth: number
  readonly mergesPerMonth: number
}

export function volumesOf(a: CostAssumptions): Volumes {
  const filesPerMonth = a.everySeconds === 'never' ? 0 : MONTH_SECONDS / a.everySeconds
  const docsPerMonth = filesPerMonth * a.docsPerBatch
  const sourceGbPerMonth = (docsPerMonth * a.docBytes) / GB_BYTES
  return {
    filesPerMonth,
    docsPerMonth,
    sourceGbPerDay: sourceGbPerMonth / MONTH_DAYS,
    sourceGbPerMonth,
    queriesPerMonth: a.queriesPerMonth,
    mergesPerMonth: filesPerMonth * a.mergesPerFile,
  }
}

/** The month's quantity of every component. */
export function quantitiesOf(a: CostAssumptions): Readonly<Record<ComponentId, Quantity>> {
  const v = volumesOf(a)
  return {
    ...computeQuantities(a, v),
    ...storageQuantities(a, v),
    ...requestQuantities(a, v),
    ...logQuantities(a, v),
    secret: { value: a.secrets, working: plural(a.secrets, 'secret') },
    alarms: { value: a.alarms, working: plural(a.alarms, 'alarm') },
    notify_key: { value: a.keys, working: plural(a.keys, 'key') },
    firehose: firehoseQuantity(a),
  }
}

type ComputeId =
  | 'indexer_compute'
  | 'searcher_compute'
  | 'searcher_cold_starts'
  | 'generator_compute'
  | 'function_requests'
  | 'ephemeral_storage'

function computeQuantities(a: CostAssumptions, v: Volumes): Record<ComputeId, Quantity> {
  const indexerSeconds =
    v.filesPerMonth * a.indexSeconds +
    v.mergesPerMonth * a.mergeSeconds +
    a.upkeepRunsPerMonth * a.upkeepSeconds
  const warmSeconds = (v.queriesPerMonth * a.queryMs) / 1000
  const coldStarts = v.queriesPerMonth * a.coldShare
  const coldSeconds = (coldStarts * a.coldStartMs) / 1000
  const generatorRuns = a.generatorOn ? v.filesPerMonth : 0

  const indexRuns = `${n(v.filesPerMonth)} runs × ${n(a.indexSeconds)} s`
  const mergeRuns = `${n(v.mergesPerMonth)} merges × ${n(a.mergeSeconds)} s`
  const upkeepRuns = `${n(a.upkeepRunsPerMonth)} upkeeps × ${n(a.upkeepSeconds)} s`
  const parts = [
    indexRuns,
    ...(v.mergesPerMonth > 0 ? [mergeRuns] : []),
    ...(a.upkeepRunsPerMonth > 0 ? [upkeepRuns] : []),
  ]
  const indexerTime = parts.length > 1 ? `(${parts.join(' + ')})` : indexRuns
  const searcherGb = lambdaGb(a.searcherMemoryMb)
  return {
    indexer_compute: {
      value: indexerSeconds * lambdaGb(a.indexerMemoryMb),
      working: `${indexerTime} × ${n(lambdaGb(a.indexerMemoryMb))} GB`,
    },
    searcher_compute: {
      value: warmSeconds * searcherGb,
      working: `${n(v.queriesPerMonth)} queries × ${n(a.queryMs / 1000)} s × ${n(searcherGb)} GB`,
    },
    searcher_cold_starts: {
      value: coldSeconds * searcherGb,
      working: `${n(coldStarts)} cold starts × ${n(a.coldStartMs / 1000)} s × ${n(searcherGb)} GB`,
    },
    generator_compute: {
      value: generatorRuns * a.generatorSeconds * lambdaGb(a.generatorMemoryMb),
      working: `${n(generatorRuns)} runs × ${n(a.generatorSeconds)} s × ${n(lambdaGb(a.generatorMemoryMb))} GB`,
    },
    function_requests: {
      value: v.filesPerMonth + a.upkeepRunsPerMonth + v.queriesPerMonth + generatorRuns,
      working: `${n(v.filesPerMonth + a.upkeepRunsPerMonth)} indexer + ${n(v.queriesPerMonth)} searcher + ${n(generatorRuns)} generator`,
    },
    ephemeral_storage: ephemeralQuantity(a, indexerSeconds, warmSeconds + coldSeconds),
  }
}

function ephemeralQuantity(
  a: CostAssumptions,
  indexerSeconds: number,
  searcherSeconds: number,
): Quantity {
  const indexerGb = extraEphemeralGb(a.indexerEphemeralGb)
  const searcherGb = extraEphemeralGb(a.searcherEphemeralGb)
  if (indexerGb === undefined || searcherGb === undefined) {
    return { value: undefined, working: 'size of /tmp not known' }
  }
  return {
    value: indexerSeconds * indexerGb + searcherSeconds * searcherGb,
    working: `${n(indexerSeconds)} indexer s × ${n(indexerGb)} GB + ${n(searcherSeconds)} searcher s × ${n(searcherGb)} GB`,
  }
}

function extraEphemeralGb(sizeGb: number | undefined): number | undefined {
  return sizeGb === undefined ? undefined : Math.max(0, sizeGb - FREE_EPHEMERAL_GB)
}

function storageQuantities(
  a: CostAssumptions,
  v: Volumes,
): Record<'index_storage' | 'staging_storage', Quantity> {
  const indexDays = a.retentionDays === 'forever' ? FOREVER_DAYS : a.retentionDays
  const perDay = `${n(v.sourceGbPerDay)} GB a day`
  return {
    index_storage: {
      value: v.sourceGbPerDay * a.indexRatio * indexDays,
      working: `${perDay} × ${n(a.indexRatio)} index ratio × ${n(indexDays)} days`,
    },
    staging_storage: {
      value: v.sourceGbPerDay * a.stagedRatio * a.stagingDaysKept,
      working: `${perDay} × ${n(a.stagedRatio)} staged ratio × ${n(a.stagingDaysKept)} days`,
    },
  }
}

type RequestId =
  | 's3_writes'
  | 's3_reads'
  | 'api_gateway'
  | 'data_out'
  | 'schedule'
  | 'notifications'

function requestQuantities(a: CostAssumptions, v: Volumes): Record<RequestId, Quantity> {
  // The staged file itself, its splits, the metastore; a merge writes one split and the metastore.
  const writesPerFile = 1 + a.splitsPerFile + a.metastoreWritesPerFile
  const writesPerMerge = 2
  const readsOfQuery = a.splitsPerQuery * a.readsPerSplit + a.readsPerQuery
  // A merge reads each old split whole, and the metastore once.
  const readsPerMerge = a.splitsPerMerge + 1
  const inPlaceReads = a.inPlaceBytes / IN_PLACE_READ_BYTES
  const httpCalls = v.queriesPerMonth * a.httpShare
  const polls = (a.queuePollers * MONTH_SECONDS) / QUEUE_POLL_SECONDS
  const ticks = a.generatorOn ? v.filesPerMonth : 0
  const files = `${n(v.filesPerMonth)} files`
  const merges = `${n(v.mergesPerMonth)} merges`
  const queries = `${n(v.queriesPerMonth)} queries`
  return {
    s3_writes: {
      value: v.filesPerMonth * writesPerFile + v.mergesPerMonth * writesPerMerge,
      working: `${files} × ${n(writesPerFile)} + ${merges} × ${n(writesPerMerge)}`,
    },
    s3_reads: {
      value:
        v.queriesPerMonth * readsOfQuery +
        v.filesPerMonth * a.indexerReadsPerFile +
        v.mergesPerMonth * readsPerMerge +
        a.upkeepRunsPerMonth * a.upkeepReads +
        inPlaceReads,
      working: `${queries} × ${n(readsOfQuery)} + ${files} × ${n(a.indexerReadsPerFile)} + ${merges} × ${n(readsPerMerge)}${upkeepReads(a)}${inPlaceReads > 0 ? ` + ${n(inPlaceReads)} in place` : ''}`,
    },
    api_gateway: { value: httpCalls, working: `${queries} × ${n(a.httpShare * 100)} % by HTTP` },
    data_out:
      a.responseKb === undefined
        ? { value: undefined, working: 'size of an answer not known' }
        : {
            value: (v.queriesPerMonth * a.responseKb * 1000) / GB_BYTES,
            working: `${queries} × ${n(a.responseKb)} KB`,
          },
    schedule: {
      value: ticks + a.upkeepRunsPerMonth,
      working: `${n(ticks)} of the generator + ${n(a.upkeepRunsPerMonth)} of the upkeep`,
    },
    notifications: {
      value: polls + v.filesPerMonth * a.queueRequestsPerFile,
      working: `${n(a.queuePollers)} pollers × ${n(MONTH_SECONDS / QUEUE_POLL_SECONDS)} polls + ${files} × ${n(a.queueRequestsPerFile)}`,
    },
  }
}

function upkeepReads({ upkeepRunsPerMonth, upkeepReads: reads }: CostAssumptions): string {
  return upkeepRunsPerMonth > 0 ? ` + ${n(upkeepRunsPerMonth)} upkeeps × ${n(reads)}` : ''
}

/** Each record is billed in whole steps, however small it is. */
const FIREHOSE_STEP_BYTES = 5 * 1024

/** What Firehose bills for a record of so many bytes. */
export function firehoseBilledBytes(recordBytes: number): number {
  return Math.max(1, Math.ceil(recordBytes / FIREHOSE_STEP_BYTES)) * FIREHOSE_STEP_BYTES
}

function firehoseQuantity(a: CostAssumptions): Quantity {
  if (a.firehoseRecords === undefined) return { value: undefined, working: 'records not known' }
  const billed = firehoseBilledBytes(a.firehoseRecordBytes)
  return {
    value: (a.firehoseRecords * billed) / GB_BYTES,
    working: `${n(a.firehoseRecords)} records × ${n(billed)} bytes billed for ${n(a.firehoseRecordBytes)}`,
  }
}

/** Bytes of one ranged read of a file that is indexed where it lies. */
const IN_PLACE_READ_BYTES = 8 * 1024 ** 2

function logQuantities(
  a: CostAssumptions,
  v: Volumes,
): Record<'logs_ingested' | 'logs_stored', Quantity> {
  if (a.logBytesPerInvocation === undefined) {
    const unknown: Quantity = { value: undefined, working: 'log volume not known' }
    return { logs_ingested: unknown, logs_stored: unknown }
  }
  const invocations =
    v.queriesPerMonth + v.filesPerMonth * (a.generatorOn ? 2 : 1) + a.upkeepRunsPerMonth
  const ingestedGb = (invocations * a.logBytesPerInvocation) / GB_BYTES
  const keptDays = a.logRetentionDays === 'forever' ? FOREVER_DAYS : a.logRetentionDays
  return {
    logs_ingested: {
      value: ingestedGb,
      working: `${n(invocations)} invocations × ${n(a.logBytesPerInvocation)} bytes`,
    },
    logs_stored: {
      value: (ingestedGb / MONTH_DAYS) * keptDays,
      working: `${n(ingestedGb / MONTH_DAYS)} GB a day × ${n(keptDays)} days`,
    },
  }
}

function plural(count: number, noun: string): string {
  return `${n(count)} ${noun}${count === 1 ? '' : 's'}`
}
