import type { LocalMeasurement } from '../../cost/measured.ts'
import { publishedSplits, type IndexFile } from '../../engine/metastore/index-metadata.ts'
import { splitSizeBytes } from '../../engine/metastore/split-record.ts'

/** Runs of few documents measure the start, not the indexing. */
const MIN_RUN_DOCS = 1_000

/** What the runs and the splits of an index say of indexing; what nothing says is left out. */
export function measuredOf(file: IndexFile): LocalMeasurement {
  return { ...ofRuns(file), ...ofSplits(file) }
}

function ofRuns({ runs }: IndexFile): LocalMeasurement {
  const done = runs.filter(
    (run) => run.state === 'done' && run.docCount >= MIN_RUN_DOCS && run.updatedMs > run.startedMs,
  )
  if (done.length === 0) return {}
  const rates = done
    .map((run) => (run.docCount / (run.updatedMs - run.startedMs)) * 1_000)
    .toSorted((a, b) => a - b)
  const docCount = done.reduce((sum, run) => sum + run.docCount, 0)
  const sourceBytes = done.reduce((sum, run) => sum + run.sourceBytes, 0)
  return {
    // The median: a run beside other work says little.
    docsPerSecond: rates[Math.floor(rates.length / 2)] ?? 0,
    docBytes: sourceBytes / docCount,
  }
}

function ofSplits(file: IndexFile): LocalMeasurement {
  const splits = publishedSplits(file)
  const docCount = splits.reduce((sum, split) => sum + split.docCount, 0)
  if (docCount === 0) return {}
  const bytes = splits.reduce((sum, split) => sum + splitSizeBytes(split), 0)
  return { indexBytesPerDoc: bytes / docCount }
}
