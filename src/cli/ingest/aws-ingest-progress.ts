import type { HandedRecord } from '../../engine/metastore/handed-objects.ts'
import { type IngestRecord, wasCancelled } from '../../engine/metastore/ingest-record.ts'
import type { Metastore } from '../../engine/metastore/metastore.ts'
import { encodeRun, type RunSummary } from '../../engine/metastore/run-summary.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { printJson } from '../command/rows.ts'
import { zoneOf } from '../command/time-zone.ts'
import { drawFacts } from '../format/facts.ts'
import { formatBytes, formatCount, plural } from '../format/number.ts'
import { formatTime } from '../format/time.ts'
import {
  followObjects,
  loadIndex,
  progressOf,
  type ObjectProgress,
} from '../intake/aws-ingest-follow.ts'
import { followStored, storedTally } from '../intake/aws-stored-follow.ts'

/** How far what one command handed over has come; with `follow`, once all of it is over. */
export async function showIngest(
  context: CliContext,
  metastore: Metastore,
  { record, follow }: { readonly record: IngestRecord; readonly follow: boolean },
): Promise<ExitCode> {
  const isCancelled = record.cancelledMs !== undefined
  const found =
    follow && !isCancelled
      ? await followIngest(context, metastore, record)
      : await progressNow(context, metastore, record)
  const run = summaryOf(record, found, context.clock.nowMs())
  const state = isCancelled ? 'cancelled' : run.state
  const doneCount = countOf(found, 'done')
  const failedCount = countOf(found, 'failed')
  if (context.format === 'json') {
    const document = {
      index_id: record.indexId,
      ...encodeRun(run),
      state,
      objects: record.objects.length,
      objects_done: doneCount,
      objects_failed: failedCount,
    }
    await printJson(context, { schema: 'qw-lambda/ingest-status/1', runs: [document] })
  } else {
    const files = `${formatCount(doneCount)} of ${plural(record.objects.length, 'object')} indexed`
    const facts: [string, string][] = [
      ['ingest', record.ingestId],
      ['index', record.indexId],
      ['state', state],
      ['objects', failedCount === 0 ? files : `${files}, ${formatCount(failedCount)} failed`],
      ['documents', `${formatCount(run.docCount)} in runs still remembered`],
      ['bytes', formatBytes(run.sourceBytes)],
      ['started', formatTime(record.startedMs, zoneOf(context), 'seconds')],
      ...(run.error === undefined ? [] : [['error', run.error] satisfies [string, string]]),
    ]
    await context.out.write(drawFacts(facts, context.out))
  }
  return failedCount > 0 ? EXIT.partial : EXIT.ok
}

/** The same of a prefix that is indexed where it lies. */
export async function showHanded(
  context: CliContext,
  metastore: Metastore,
  { record, follow }: { readonly record: HandedRecord; readonly follow: boolean },
): Promise<ExitCode> {
  const { ingestId, indexId, uri, startedMs, objectCount, sizeBytes, isListed } = record
  const { doneCount, doneBytes, failed } = follow
    ? await followStored(context, metastore, record)
    : await storedTally(context, metastore, record)
  const isOver = isListed && doneCount + failed.size >= objectCount
  const state = isOver ? (failed.size > 0 ? 'failed' : 'done') : isListed ? 'running' : 'stopped'
  if (context.format === 'json') {
    const document = {
      index_id: indexId,
      run_id: ingestId,
      source_uri: uri,
      state,
      started_ms: startedMs,
      source_bytes: doneBytes,
      objects: objectCount,
      objects_done: doneCount,
      objects_failed: failed.size,
    }
    await printJson(context, { schema: 'qw-lambda/ingest-status/1', runs: [document] })
  } else {
    const [first] = failed.values()
    const done = `${formatCount(doneCount)} of ${plural(objectCount, 'object')} indexed`
    const facts: [string, string][] = [
      ['ingest', ingestId],
      ['index', indexId],
      ['source', uri],
      ['state', isListed ? state : 'stopped while it was listed; qw-lambda ingest goes on'],
      ['objects', failed.size === 0 ? done : `${done}, ${formatCount(failed.size)} failed`],
      ['bytes', `${formatBytes(doneBytes)} of ${formatBytes(sizeBytes)}`],
      ['started', formatTime(startedMs, zoneOf(context), 'seconds')],
      ...(first?.error === undefined ? [] : [['error', first.error] satisfies [string, string]]),
    ]
    await context.out.write(drawFacts(facts, context.out))
  }
  return failed.size > 0 ? EXIT.partial : EXIT.ok
}

async function followIngest(
  context: CliContext,
  metastore: Metastore,
  { ingestId, indexId, objects }: IngestRecord,
): Promise<ReadonlyMap<string, ObjectProgress>> {
  const phase = context.report.phase(`Indexing ${plural(objects.length, 'object')} in AWS`)
  try {
    const found = await followObjects(context, metastore, {
      indexId,
      objects,
      isCancelled: () => wasCancelled(metastore.store, { indexId, ingestId }),
      onProgress: (done) => phase.progress({ done, total: objects.length, unit: 'objects' }),
    })
    phase.succeed()
    return found
  } catch (error) {
    phase.fail()
    throw error
  }
}

async function progressNow(
  { signal }: CliContext,
  metastore: Metastore,
  { indexId, objects }: IngestRecord,
): Promise<ReadonlyMap<string, ObjectProgress>> {
  const file = await loadIndex(metastore, indexId, signal)
  return new Map(objects.map((object) => [object.uri, progressOf(file, object)]))
}

function countOf(
  found: ReadonlyMap<string, ObjectProgress>,
  state: ObjectProgress['state'],
): number {
  return [...found.values()].filter((each) => each.state === state).length
}

/** The whole ingest as if it were one run. */
function summaryOf(
  { ingestId, startedMs, objects }: IngestRecord,
  found: ReadonlyMap<string, ObjectProgress>,
  nowMs: number,
): RunSummary {
  const runs = [...found.values()].flatMap(({ run }) => (run === undefined ? [] : [run]))
  const failed = [...found.values()].find(({ state }) => state === 'failed')?.run
  const overCount = countOf(found, 'done') + countOf(found, 'failed')
  const isOver = overCount === found.size
  const isDone = ({ uri }: { readonly uri: string }): boolean => found.get(uri)?.state === 'done'
  const sum = (pick: (run: RunSummary) => number): number =>
    runs.reduce((total, run) => total + pick(run), 0)
  return {
    runId: ingestId,
    sourceUri: objects.length === 1 ? (objects[0]?.uri ?? '') : '',
    state: isOver ? (failed === undefined ? 'done' : 'failed') : 'running',
    docCount: sum((run) => run.docCount),
    rejectedCount: sum((run) => run.rejectedCount),
    sourceBytes: objects.filter(isDone).reduce((total, { sizeBytes }) => total + sizeBytes, 0),
    splitCount: sum((run) => run.splitCount),
    startedMs,
    updatedMs: Math.max(startedMs, ...runs.map((run) => run.updatedMs)) || nowMs,
    error: failed?.error,
  }
}
