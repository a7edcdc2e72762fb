import type { IndexingComponents } from './components.ts'
import { ANSWER_KEEPS, type RejectedDoc, type RejectReason } from './rejects.ts'
import type { Source } from '../sources/source.ts'
import { readSource } from '../sources/read-source.ts'
import { Workbench } from './workbench.ts'

interface DryRunRequest {
  readonly indexId: string
  readonly source: Source
  /** Accepted documents after which it stops; the batch in which it stops counts no further rejects. */
  readonly maxDocs: number
  readonly signal?: AbortSignal
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
    keepsRejects: ANSWER_KEEPS,
    docTarget: request.maxDocs,
    purpose: 'check',
  })
  const events = readSource(request.source, {
    signal: request.signal,
    format: metadata.config.ingestSettings.inputFormat,
    nowMs: clock.nowMs(),
  })
  for await (const event of events) {
    if (event.kind === 'overlong') bench.rejectOverlong(event)
    else if (bench.addBatch(event, 0) < event.count) break
  }
  return {
    docCount: bench.docCount,
    rejectedCount: bench.rejects.count,
    rejectReasons: bench.rejects.reasonsByCount(),
    rejects: bench.rejects.kept,
  }
}
