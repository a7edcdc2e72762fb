import { publishedSplits, type IndexFile } from '../../engine/metastore/index-metadata.ts'
import { splitSizeBytes } from '../../engine/metastore/split-record.ts'
import type { LocalStack } from '../../local/local-stack.ts'
import { runningServer } from '../../local/serve-lock.ts'
import type { CliContext } from '../command/context.ts'
import { mergesBehind } from '../stack/merges-behind.ts'
import { localSampleStream } from '../stack/sample-stream.ts'
import type { IndexRun, IndexStatus, StackStatus } from './stack-status.ts'
import { warningsOf } from './status-warnings.ts'

/** Reads the stack's files; nothing is changed. */
export async function readLocalStatus(
  context: CliContext,
  stack: LocalStack,
): Promise<StackStatus> {
  const { clock, signal } = context
  const [server, files, generator, waitingCount, merges] = await Promise.all([
    runningServer(stack.folder),
    stack.indexing.metastore.listIndexes(['*'], signal),
    localSampleStream(stack, clock).read(),
    countWaiting(stack, signal),
    mergesBehind(stack.folder),
  ])
  const runs = files.flatMap(runsOf).toSorted((a, b) => b.updatedMs - a.updatedMs)
  const indexes = files.map(indexStatus)
  const facts = {
    name: stack.name,
    folder: stack.folder,
    url: server?.url,
    indexes,
    lastRun: runs[0],
    failureCount: runs.filter((run) => run.state === 'failed' || run.rejectedCount > 0).length,
    generator,
    merging: merges.running,
  }
  const { failed: failedMerges } = merges
  const nowMs = clock.nowMs()
  return { ...facts, warnings: warningsOf(facts, { waitingCount, failedMerges, nowMs }) }
}

function indexStatus(file: IndexFile): IndexStatus {
  const splits = publishedSplits(file)
  const starts = splits.flatMap(({ timeRange }) => timeRange?.startSeconds ?? [])
  const ends = splits.flatMap(({ timeRange }) => timeRange?.endSeconds ?? [])
  return {
    id: file.metadata.indexId,
    docCount: splits.reduce((sum, split) => sum + split.docCount, 0),
    splitCount: splits.length,
    sizeBytes: splits.reduce((sum, split) => sum + splitSizeBytes(split), 0),
    minSeconds: starts.length === 0 ? undefined : starts.reduce((a, b) => Math.min(a, b)),
    maxSeconds: ends.length === 0 ? undefined : ends.reduce((a, b) => Math.max(a, b)),
  }
}

function runsOf(file: IndexFile): IndexRun[] {
  return file.runs.map((run) => ({ ...run, indexId: file.metadata.indexId }))
}

/** Requests by HTTP that were answered and are not indexed yet. */
async function countWaiting(stack: LocalStack, signal: AbortSignal): Promise<number> {
  let count = 0
  for await (const { key } of stack.ingestStore.list('', signal)) {
    if (key.endsWith('.ndjson')) count++
  }
  return count
}
