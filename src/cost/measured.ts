import type { CostAssumptions } from './assumptions.ts'

/** Turns what a laptop measured into assumptions about Lambda. A cautious scaling, not a benchmark: the
 *  figures of a deployment (`--actual`) replace it. */

/** One Lambda arm64 vCPU does this share of the work of one core of the measuring machine. Cautious:
 *  Graviton2 against a current laptop, for code that is bound by memory and branches. */
export const LAMBDA_CORE_SPEED = 0.6

/** Memory at which a function gets one whole vCPU; below it the share is linear. Indexing and searching
 *  run on one thread, so more memory than this does not make them faster. */
export const ONE_VCPU_MB = 1769

/** First byte of a ranged read from S3 in the same region. */
export const S3_ROUND_MS = 30

/** Rounds of reads that follow one another in a cold query: metastore, footer, two of data, documents. */
export const COLD_QUERY_ROUNDS = 5

export interface LocalMeasurement {
  /** Documents indexed per second of one local run. */
  readonly docsPerSecond?: number
  /** Mean bytes of a document as uncompressed JSON. */
  readonly docBytes?: number
  readonly indexBytesPerDoc?: number
  /** Compressed bytes of a document as it was staged. */
  readonly stagedBytesPerDoc?: number
  /** A typical query with the files cached. */
  readonly queryMs?: number
}

interface MeasuredAssumptions {
  readonly assumptions: CostAssumptions
  /** One line for each assumption that was replaced: the measurement and what was made of it. */
  readonly origins: readonly string[]
}

/** `base` with every measured figure in place; what was not measured stays. */
export function assumeMeasured(
  base: CostAssumptions,
  measured: LocalMeasurement,
): MeasuredAssumptions {
  const origins: string[] = []
  const docBytes = measured.docBytes ?? base.docBytes
  let assumptions: CostAssumptions = { ...base, docBytes }
  if (measured.docBytes !== undefined) origins.push(`${docBytes.toFixed(1)} bytes a document`)
  if (measured.docsPerSecond !== undefined) {
    const localSeconds = base.docsPerBatch / measured.docsPerSecond
    const indexSeconds = localSeconds / speedAt(base.indexerMemoryMb) + base.runOverheadSeconds
    assumptions = { ...assumptions, indexSeconds }
    origins.push(
      `${Math.round(measured.docsPerSecond)} docs/s here: ${localSeconds.toFixed(2)} s a file, taken as ${indexSeconds.toFixed(2)} s at ${base.indexerMemoryMb} MB`,
    )
  }
  if (measured.indexBytesPerDoc !== undefined) {
    assumptions = { ...assumptions, indexRatio: measured.indexBytesPerDoc / docBytes }
    origins.push(`${measured.indexBytesPerDoc.toFixed(1)} index bytes a document`)
  }
  if (measured.stagedBytesPerDoc !== undefined) {
    assumptions = { ...assumptions, stagedRatio: measured.stagedBytesPerDoc / docBytes }
    origins.push(`${measured.stagedBytesPerDoc.toFixed(1)} staged bytes a document`)
  }
  if (measured.queryMs !== undefined) {
    const computeMs = measured.queryMs / speedAt(base.searcherMemoryMb)
    const queryMs = computeMs + COLD_QUERY_ROUNDS * S3_ROUND_MS
    assumptions = { ...assumptions, queryMs }
    origins.push(
      `${measured.queryMs.toFixed(1)} ms a query here, taken as ${queryMs.toFixed(0)} ms with ${COLD_QUERY_ROUNDS} rounds of S3 reads`,
    )
  }
  return { assumptions, origins }
}

/** Speed of one thread in a function of this memory, the measuring machine's core being 1. */
function speedAt(memoryMb: number): number {
  return Math.min(1, memoryMb / ONE_VCPU_MB) * LAMBDA_CORE_SPEED
}
