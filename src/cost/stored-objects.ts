import type { CostAssumptions } from './assumptions.ts'
import { formatQuantity as n } from './format.ts'
import { GB_BYTES, lambdaGb } from './month.ts'
import { unitUsd, type PriceBook, type PriceId } from './price-book.ts'

/** Objects of a bucket that are to be indexed where they lie. */
export interface StoredVolume {
  readonly objectCount: number
  /** As they lie there. */
  readonly storedBytes: number
  /** As they are read: unpacked. */
  readonly sourceBytes: number
  /** Requests that listing them takes, all passes together. */
  readonly listRequests: number
}

interface StoredCostRow {
  readonly label: string
  /** Such as `8,760 objects × 5`. */
  readonly working: string
  readonly usd: number
}

export interface StoredCost {
  readonly rows: readonly StoredCostRow[]
  /** Once, without any free allowance. */
  readonly totalUsd: number
  /** A month, for as long as the documents are kept. */
  readonly storageUsdMonth: number
  /** With all indexers that run at once. */
  readonly seconds: number
}

/** Indexers at once: the template's limit of the queue's mapping. */
const INDEXERS = 2
/** Messages that the queue takes, gives and deletes with one request. */
const MESSAGES_PER_REQUEST = 10
/** Bytes of one read of an object that is too large for a single one. */
const READ_BYTES = 8 * 1024 ** 2

/** By the assumptions of the monthly model: an object is a file, and each costs its reads, writes and time. */
export function storedObjectsCost(
  { objectCount, storedBytes, sourceBytes, listRequests }: StoredVolume,
  a: CostAssumptions,
  book: PriceBook,
): StoredCost {
  const usd = (id: PriceId, quantity: number): number => quantity * unitUsd(book.prices[id])
  const batchBytes = a.docsPerBatch * a.docBytes
  // Ten files of a batch are merged into one, once in the long run.
  const secondsPerByte =
    (a.indexSeconds - a.runOverheadSeconds + a.mergesPerFile * a.mergeSeconds) / batchBytes
  const functionSeconds = objectCount * a.runOverheadSeconds + sourceBytes * secondsPerByte
  const gb = lambdaGb(a.indexerMemoryMb)
  const writes =
    objectCount * (a.splitsPerFile + a.metastoreWritesPerFile) + objectCount * a.mergesPerFile * 2
  const rangedReads = storedBytes / READ_BYTES
  const readsPerFile = a.indexerReadsPerFile + a.mergesPerFile * (a.splitsPerMerge + 1)
  const invocations = objectCount / MESSAGES_PER_REQUEST
  const queueRequests = invocations * a.queueRequestsPerFile
  const objects = `${n(objectCount)} objects`
  const compute = a.arch === 'arm64' ? 'lambdaArm64GbSecond' : 'lambdaX86GbSecond'
  const rows: StoredCostRow[] = [
    {
      label: 'indexer compute',
      working: `(${objects} × ${n(a.runOverheadSeconds)} s + ${n(sourceBytes / GB_BYTES)} GB × ${n(secondsPerByte * GB_BYTES)} s) × ${n(gb)} GB`,
      usd: usd(compute, functionSeconds * gb),
    },
    {
      label: 'function requests',
      working: `${objects} / ${MESSAGES_PER_REQUEST}`,
      usd: usd('lambdaRequest', invocations),
    },
    {
      label: 'S3 listing',
      working: `${n(listRequests)} requests`,
      usd: usd('s3Write', listRequests),
    },
    {
      label: 'S3 reads',
      working: `${objects} × ${n(readsPerFile)} + ${n(rangedReads)} of ${n(READ_BYTES / 1024 ** 2)} MiB`,
      usd: usd('s3Read', objectCount * readsPerFile + rangedReads),
    },
    {
      label: 'S3 writes',
      working: `${objects} × ${n(writes / Math.max(1, objectCount))}`,
      usd: usd('s3Write', writes),
    },
    {
      label: 'queue',
      working: `${objects} / ${MESSAGES_PER_REQUEST} × ${n(a.queueRequestsPerFile)}`,
      usd: usd('queueRequest', queueRequests),
    },
  ]
  return {
    rows,
    totalUsd: rows.reduce((sum, row) => sum + row.usd, 0),
    storageUsdMonth: usd('s3StorageGbMonth', (sourceBytes * a.indexRatio) / GB_BYTES),
    seconds: functionSeconds / Math.min(INDEXERS, Math.max(1, objectCount)),
  }
}
