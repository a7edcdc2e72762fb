import { QwError } from '../../engine/errors.ts'
import { indexedHashes } from '../../engine/indexing/run-ledger.ts'
import { readHandedObjects, type HandedRecord } from '../../engine/metastore/handed-objects.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import type { Metastore } from '../../engine/metastore/metastore.ts'
import type { RunSummary } from '../../engine/metastore/run-summary.ts'
import type { CliContext } from '../command/context.ts'
import { formatCount, plural } from '../format/number.ts'
import { loadIndex } from './aws-ingest-follow.ts'

/** How far a listing's objects have come. */
export interface StoredProgress {
  readonly doneCount: number
  readonly doneBytes: number
  /** The latest run of each object that failed, by its URI. */
  readonly failed: ReadonlyMap<string, RunSummary>
  /** Of the runs that were seen: the index remembers the latest alone. */
  readonly rejectedCount: number
}

const POLL_MS = 3_000
/** Longer than an indexer's longest run. */
const SILENCE_LIMIT_MS = 920_000

/** Objects of one listing, told apart by their hashes: the checkpoint says which are in the index. */
class StoredTally implements StoredProgress {
  readonly #record: HandedRecord
  readonly #open: Map<string, number>
  readonly #rejected = new Map<string, number>()
  readonly failed = new Map<string, RunSummary>()
  doneCount = 0
  doneBytes = 0

  constructor(record: HandedRecord, objects: ReadonlyMap<string, number>) {
    this.#record = record
    this.#open = new Map(objects)
  }

  look(file: IndexFile | undefined): void {
    if (file === undefined) return
    // What was seen done stays so: a checkpoint forgets.
    for (const hash of indexedHashes(file)) {
      const sizeBytes = this.#open.get(hash)
      if (sizeBytes === undefined) continue
      this.#open.delete(hash)
      this.doneCount++
      this.doneBytes += sizeBytes
    }
    const { uri, startedMs } = this.#record
    for (const run of file.runs) {
      if (!run.sourceUri.startsWith(uri) || run.updatedMs < startedMs) continue
      this.#rejected.set(run.runId, run.rejectedCount)
      const hasFailed = run.state === 'failed' || run.state === 'tooManyRejects'
      const seen = this.failed.get(run.sourceUri)
      if (hasFailed && (seen?.updatedMs ?? 0) <= run.updatedMs) this.failed.set(run.sourceUri, run)
      if (run.state === 'done') this.failed.delete(run.sourceUri)
    }
  }

  get rejectedCount(): number {
    return [...this.#rejected.values()].reduce((sum, count) => sum + count, 0)
  }

  get isOver(): boolean {
    return this.#open.size <= this.failed.size
  }

  get openCount(): number {
    return this.#open.size
  }
}

/** As it is now. One GET a page of the listing, and one of the metastore. */
export async function storedTally(
  { signal }: Pick<CliContext, 'signal'>,
  metastore: Metastore,
  record: HandedRecord,
): Promise<StoredTally> {
  const objects = await readHandedObjects(metastore.store, record, signal)
  const tally = new StoredTally(record, objects)
  tally.look(await loadIndex(metastore, record.indexId, signal))
  return tally
}

/** Waits until every object is published or has failed, for as long as anything moves in the index.
 *  Throws `unavailable` INGEST-TIMEOUT. */
export async function followStored(
  context: CliContext,
  metastore: Metastore,
  record: HandedRecord,
): Promise<StoredProgress> {
  const { clock, signal, report } = context
  const { objectCount, sizeBytes, indexId, ingestId } = record
  const phase = report.phase(`Indexing ${plural(objectCount, 'object')} in AWS`)
  try {
    const tally = await storedTally(context, metastore, record)
    // Rate and time left are those of what was still to do when this command began to look.
    const begun = { bytes: tally.doneBytes, count: tally.doneCount }
    let seen: IndexFile | undefined
    let movedMs = clock.nowMs()
    while (!tally.isOver) {
      const file = await loadIndex(metastore, indexId, signal)
      tally.look(file)
      const failures = tally.failed.size === 0 ? '' : `, ${formatCount(tally.failed.size)} failed`
      phase.progress({
        done: tally.doneBytes - begun.bytes,
        total: sizeBytes - begun.bytes,
        unit: 'bytes',
        detail: `${formatCount(tally.doneCount)} of ${plural(objectCount, 'object')}${failures}`,
      })
      const nowMs = clock.nowMs()
      if (file !== seen) movedMs = nowMs
      seen = file
      if (nowMs - movedMs > SILENCE_LIMIT_MS) throw timedOut(tally.openCount)
      if (!tally.isOver) await clock.sleep(POLL_MS, signal)
    }
    phase.succeed(`Indexed ${plural(tally.doneCount, 'object')} in AWS`)
    return tally
  } catch (error) {
    phase.fail()
    if (signal.aborted) {
      report.note(`Indexing goes on in AWS. Follow: qw-lambda ingest status ${ingestId} --follow`)
    }
    throw error
  }
}

function timedOut(count: number): QwError {
  return new QwError(
    'unavailable',
    `${plural(count, 'object')} not indexed, and nothing has moved in the index for 15 minutes`,
    { code: 'INGEST-TIMEOUT', fix: 'qw-lambda status\nqw-lambda logs indexer --errors' },
  )
}
