import type { LocalMeasurement } from '../../cost/measured.ts'
import { QwError } from '../../engine/errors.ts'
import { publishedSplits, type IndexFile } from '../../engine/metastore/index-metadata.ts'
import { splitSizeBytes } from '../../engine/metastore/split-record.ts'
import type { LocalStack } from '../../local/local-stack.ts'
import { apiPost } from '../stack/api-client.ts'
import type { CliContext } from '../command/context.ts'
import { localClient } from '../stack/local-client.ts'
import { currentIndex, currentLocalStack } from '../stack/local-stacks.ts'

/** A typical query, the first time to fill the caches, then timed. */
const QUERY_RUNS = 5
/** Runs of few documents measure the start, not the indexing. */
const MIN_RUN_DOCS = 1_000

/** What the runs of this machine's stack and a few searches over it say. Throws when there is nothing. */
export async function measureHere(context: CliContext): Promise<LocalMeasurement> {
  const stack = await currentLocalStack(context)
  const indexId = await currentIndex(context, stack, undefined)
  const file = await stack.indexing.metastore.load(indexId, context.signal)
  const measured = { ...ofRuns(file), ...ofSplits(file) }
  if (measured.docsPerSecond === undefined && measured.indexBytesPerDoc === undefined) {
    throw new QwError('notFound', `there is nothing measured yet in ${indexId}`, {
      code: 'INDEX-EMPTY',
      fix: 'qw-lambda generator run, or qw-lambda ingest <file>',
    })
  }
  return { ...measured, queryMs: await timeQuery(context, stack, indexId) }
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

/** The newest documents: what a screen of `search` asks. */
async function timeQuery(context: CliContext, stack: LocalStack, indexId: string): Promise<number> {
  const client = localClient(stack, context.version)
  const body = JSON.stringify({ query: '*', max_hits: 20 })
  const path = `/${encodeURIComponent(indexId)}/search`
  const times: number[] = []
  for (let run = 0; run <= QUERY_RUNS; run++) {
    const startMs = performance.now()
    await apiPost(client, { path, body, signal: context.signal })
    if (run > 0) times.push(performance.now() - startMs)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}
