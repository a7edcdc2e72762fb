import type { IndexingComponents } from './components.ts'
import { MAX_KEPT_REJECTS, type RejectedDoc, type RejectReason } from './rejects.ts'
import type { Source } from '../sources/source.ts'
import { MAX_LINE_BYTES } from '../sources/line-batch.ts'
import { readSource } from '../sources/source-reader.ts'
import { Workbench } from './workbench.ts'

interface DryRunRequest {
  readonly indexId: string
  readonly source: Source
  /** Accepted documents after which it stops; the batch in which it stops counts no further rejects. */
  readonly maxDocs: number
  readonly signal?: AbortSignal
  /** Default `reject`, as files are read. */
  readonly blankLines?: 'reject' | 'skip'
}

export interface DryRunResult {
  readonly docCount: number
  readonly rejectedCount: number
  readonly rejectReasons: readonly RejectReason[]
  readonly rejects: readonly RejectedDoc[]
}

/** Parses and maps the first documents of a source; writes nothing. */
export async function dryRunSource(
  components: IndexingComponents,
  request: DryRunRequest,
): Promise<DryRunResult> {
  const { metastore, clock } = components
  const { metadata } = await metastore.load(request.indexId, request.signal)
  const bench = new Workbench({
    config: metadata.config,
    nowMs: clock.nowMs(),
    maxKeptRejects: MAX_KEPT_REJECTS,
    docTarget: request.maxDocs,
    blankLines: request.blankLines ?? 'reject',
    purpose: 'check',
  })
  for await (const event of readSource(request.source, { signal: request.signal })) {
    if (event.kind === 'overlong') bench.rejectOverlong(event, MAX_LINE_BYTES)
    else if (bench.addLines(event, 0) < event.count) break
  }
  return {
    docCount: bench.docCount,
    rejectedCount: bench.rejects.count,
    rejectReasons: bench.rejects.reasonsByCount(),
    rejects: bench.rejects.kept,
  }
}
