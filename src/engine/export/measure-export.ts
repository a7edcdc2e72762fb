import { splitSizeBytes } from '../metastore/split-record.ts'
import { mapLimited } from '../search/read-ranges.ts'
import type { ExportPlan, ExportSource } from './export-plan.ts'
import { planDocReads, wantedCount } from '../split/split-docs.ts'
import { matchExported } from './stream-docs.ts'

const CONCURRENT_SPLITS = 16

/** What an export would come to. */
export interface ExportMeasure {
  readonly docCount: number
  /** Of the documents as they came: an estimate where not all of a split match. */
  readonly sourceBytes: number
  /** Requests for documents, and one for each split that is opened. */
  readonly readCount: number
  readonly readBytes: number
}

/** Counts and reads no document. Costs the reads of a search in each split of the plan. */
export async function measureExport(
  plan: ExportPlan,
  source: ExportSource,
): Promise<ExportMeasure> {
  const measures = await mapLimited(plan.splits, CONCURRENT_SPLITS, async (split) => {
    const { footer, wanted } = await matchExported(plan, split, source)
    const docCount = wantedCount(wanted)
    const reads = planDocReads(footer.docStore, wanted)
    const docBytes = reads.reduce((sum, { start, end }) => sum + end - start, 0)
    return {
      docCount,
      sourceBytes: Math.round((split.sourceBytes * docCount) / Math.max(1, split.docCount)),
      readCount: 1 + reads.length,
      readBytes: docBytes + splitSizeBytes(split) - split.footer.start,
    }
  })
  const sum = (pick: (measure: ExportMeasure) => number): number =>
    measures.reduce((total, measure) => total + pick(measure), 0)
  return {
    docCount: sum(({ docCount }) => docCount),
    sourceBytes: sum(({ sourceBytes }) => sourceBytes),
    readCount: sum(({ readCount }) => readCount),
    readBytes: sum(({ readBytes }) => readBytes),
  }
}
