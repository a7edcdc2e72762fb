import { type RunSummary, withRun } from '../metastore/run-summary.ts'
import type { IndexingComponents } from './components.ts'

/** Puts a source that could not be opened among the index's recent runs, for whoever waits for it. */
export async function rememberUnopened(
  { metastore, clock }: IndexingComponents,
  { indexId, sourceUri, error }: { indexId: string; sourceUri: string; error: string },
): Promise<void> {
  const nowMs = Math.floor(clock.nowMs())
  const run: RunSummary = {
    runId: metastore.newId(),
    sourceUri,
    state: 'failed',
    docCount: 0,
    rejectedCount: 0,
    sourceBytes: 0,
    splitCount: 0,
    startedMs: nowMs,
    updatedMs: nowMs,
    error: error.slice(0, 500),
  }
  await metastore.update(indexId, (newest) =>
    newest.runs.some(({ runId }) => runId === run.runId)
      ? newest
      : { ...newest, runs: withRun(newest.runs, run) },
  )
}
