import type { IndexRun, IndexStatus, StackStatus } from './stack-status.ts'

/** The document of `status --json`. */
export function statusDocument(status: StackStatus, version: string, nowMs: number): object {
  const { generator, lastRun } = status
  return {
    schema: 'qw-lambda/status/1',
    deployment: {
      name: status.name,
      target: 'local',
      folder: status.folder,
      serving: status.url ?? null,
      version,
    },
    indexes: status.indexes.map((index) => indexDocument(index, nowMs)),
    ingest: {
      last_run: lastRun === undefined ? null : runDocument(lastRun),
      failures: status.failureCount,
      merging: status.merging.map(({ indexId, pid, startedMs }) => ({
        index: indexId,
        pid,
        started: isoTime(startedMs),
      })),
      generator: {
        state: generator.paused ? 'paused' : 'on',
        every_ms: generator.everyMs,
        next_run: isoTime(generator.nextRunMs),
      },
    },
    search: {},
    cost: { mtd_usd: 0, projected_usd: 0 },
    warnings: status.warnings,
  }
}

function indexDocument(index: IndexStatus, nowMs: number): object {
  const { maxSeconds } = index
  return {
    id: index.id,
    docs: index.docCount,
    splits: index.splitCount,
    bytes: index.sizeBytes,
    min_ts: index.minSeconds ?? null,
    max_ts: maxSeconds ?? null,
    lag_s: maxSeconds === undefined ? null : Math.max(0, Math.round(nowMs / 1_000 - maxSeconds)),
  }
}

function runDocument(run: IndexRun): object {
  return {
    id: run.runId,
    index: run.indexId,
    source: run.sourceUri,
    state: run.state,
    docs: run.docCount,
    rejected: run.rejectedCount,
    started: isoTime(run.startedMs),
    ended: isoTime(run.updatedMs),
    error: run.error ?? null,
  }
}

function isoTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString()
}
