import { QwError } from '../errors.ts'
import type { IndexMetadata } from '../metastore/index-metadata.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import { dropUpload, uploadSplit } from './split-upload.ts'
import type { IndexingComponents } from './components.ts'
import { LINE_LIMITS, LineSplitter } from '../sources/line-batch.ts'
import { ANSWER_KEEPS, type RejectedDoc } from './rejects.ts'
import { withoutByteOrderMark } from '../sources/read-source.ts'
import { Workbench } from './workbench.ts'

interface IndexDocsRequest {
  readonly indexId: string
  /** NDJSON with or without a byte order mark; blank lines are skipped. The caller bounds its size. */
  readonly body: Uint8Array
  /** Default `INGEST_API_SOURCE_ID`. */
  readonly sourceId?: string
  readonly signal?: AbortSignal
}

export interface IndexDocsResult {
  readonly docCount: number
  readonly rejectedCount: number
  readonly splitIds: readonly string[]
  /** The first ones, up to `ANSWER_KEEPS`. */
  readonly rejects: readonly RejectedDoc[]
}

/** The source of documents that came in requests. */
export const INGEST_API_SOURCE_ID = '_ingest-api-source'

/**
 * One ingest request: mapped, built and published before it returns. There is no checkpoint, so a
 * request sent twice is indexed twice. Costs GET metastore, and with documents PUT split and PUT
 * metastore per split. Documents published before a failure stay.
 */
export async function indexDocs(
  components: IndexingComponents,
  request: IndexDocsRequest,
): Promise<IndexDocsResult> {
  const { metastore, clock } = components
  const file = await metastore.load(request.indexId, request.signal)
  const benches = fillBenches(request.body, {
    config: file.metadata.config,
    nowMs: clock.nowMs(),
    purpose: 'build',
  })
  request.signal?.throwIfAborted()
  const splitIds = await publishBenches(components, request, { metadata: file.metadata, benches })
  return { ...countsOf(benches), splitIds }
}

export interface CheckedDocs extends Omit<IndexDocsResult, 'splitIds'> {
  /** Exactly the documents that were counted, as NDJSON. */
  readonly accepted: Uint8Array
}

/** What `indexDocs` would say about a body; writes nothing. `accepted` can be kept to be indexed
 *  later: none of it will be rejected then, unless the mapping has changed. */
export function checkDocs(config: IndexConfig, body: Uint8Array, nowMs: number): CheckedDocs {
  const text = withoutByteOrderMark(body)
  const ranges: { start: number; end: number }[] = []
  const benches = fillBenches(text, {
    config,
    nowMs,
    purpose: 'check',
    onAccepted(start, end) {
      const last = ranges.at(-1)
      if (last?.end === start) last.end = end
      else ranges.push({ start, end })
    },
  })
  const accepted = Buffer.concat(ranges.map(({ start, end }) => text.subarray(start, end)))
  return { ...countsOf(benches), accepted }
}

type BenchSettings = Pick<
  ConstructorParameters<typeof Workbench>[0],
  'config' | 'nowMs' | 'purpose' | 'onAccepted'
>

/** As many benches as the body needs; at least one. */
function fillBenches(body: Uint8Array, settings: BenchSettings): Workbench[] {
  const newBench = (before: readonly Workbench[]): Workbench =>
    new Workbench({
      ...settings,
      keepsRejects: {
        docs: before.reduce((left, { rejects }) => left - rejects.kept.length, ANSWER_KEEPS.docs),
        bytes: before.reduce((left, { rejects }) => left - rejects.keptBytes, ANSWER_KEEPS.bytes),
      },
      docTarget: settings.config.indexingSettings.splitNumDocsTarget,
    })
  const benches = [newBench([])]
  const splitter = new LineSplitter(LINE_LIMITS, { line: 1, position: 0 })
  for (const event of [...splitter.push(withoutByteOrderMark(body)), ...splitter.finish()]) {
    let bench = benches.at(-1) ?? newBench([])
    if (event.kind === 'overlong') {
      bench.rejectOverlong(event)
      continue
    }
    for (let line = bench.addBatch(event, 0); line < event.count;) {
      bench = newBench(benches)
      benches.push(bench)
      line = bench.addBatch(event, line)
    }
  }
  return benches
}

function countsOf(benches: readonly Workbench[]): Omit<IndexDocsResult, 'splitIds'> {
  return {
    docCount: benches.reduce((sum, bench) => sum + bench.docCount, 0),
    rejectedCount: benches.reduce((sum, bench) => sum + bench.rejects.count, 0),
    rejects: benches.flatMap((bench) => bench.rejects.kept),
  }
}

async function publishBenches(
  components: IndexingComponents,
  request: IndexDocsRequest,
  {
    metadata,
    benches,
  }: { readonly metadata: IndexMetadata; readonly benches: readonly Workbench[] },
): Promise<string[]> {
  const { metastore } = components
  const splitIds: string[] = []
  for (const bench of benches) {
    if (bench.docCount === 0) continue
    const split = await uploadSplit(components, metadata, await bench.finish(), {
      sourceId: request.sourceId ?? INGEST_API_SOURCE_ID,
      mergeOpCount: 0,
      docMappingUid: metadata.config.docMapping.docMappingUid ?? '',
    })
    const outcome = await metastore.publish(request.indexId, {
      builtFor: metadata,
      splits: [split],
    })
    if (outcome.kind === 'lost') {
      await dropUpload(components, request.indexId, split.splitId)
      throw new QwError('conflict', `documents were not published: ${outcome.reason}`, {
        fix: 'send the request again',
      })
    }
    splitIds.push(split.splitId)
  }
  return splitIds
}
