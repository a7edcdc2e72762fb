import { formatCount, plural } from '../format/number.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import type { StatusWarning } from '../../deploy/status.ts'
import type { FailedMerge } from '../stack/merges-behind.ts'
import type { StackStatus } from './stack-status.ts'

/** A batch takes this long to become searchable, with room. */
const BATCH_GRACE_MS = 60_000

interface WarningFacts {
  /** Files of the ingest queue. */
  readonly waitingCount: number
  readonly failedMerges: readonly FailedMerge[]
  readonly nowMs: number
}

/** What somebody ought to look at, each with the command that mends it. */
export function warningsOf(
  status: Omit<StackStatus, 'warnings'>,
  { waitingCount, failedMerges, nowMs }: WarningFacts,
): StatusWarning[] {
  const { lastRun, generator, indexes, url } = status
  const warnings: StatusWarning[] = []
  for (const { id, docCount } of indexes) {
    if (docCount > 0) continue
    const isSample = id === generator.indexId
    warnings.push({
      code: 'INDEX-EMPTY',
      message: `${id} has no documents yet`,
      fix: isSample ? 'qw-lambda generator run' : `qw-lambda ingest <file> --index ${id}`,
    })
  }
  if (lastRun?.state === 'failed') {
    warnings.push({
      code: 'INGEST-FAILED',
      message: `the last ingest into ${lastRun.indexId} failed: ${lastRun.error ?? 'no reason kept'}`,
      fix: `qw-lambda ingest status ${lastRun.runId}`,
    })
  } else if (lastRun !== undefined && lastRun.rejectedCount > 0) {
    warnings.push({
      code: 'INGEST-REJECTS',
      message: `the last ingest into ${lastRun.indexId} rejected ${formatCount(lastRun.rejectedCount)} of ${plural(lastRun.docCount + lastRun.rejectedCount, 'document')}`,
      fix: `qw-lambda ingest failures --index ${lastRun.indexId}`,
    })
  }
  if (url === undefined && waitingCount > 0) {
    warnings.push({
      code: 'INGEST-WAITING',
      message: `${plural(waitingCount, 'request')} sent by HTTP wait to be indexed`,
      fix: 'qw-lambda serve',
    })
  }
  for (const { indexId, message } of failedMerges) {
    warnings.push({
      code: 'MERGES-FAILED',
      message: `merging after the last ingest into ${indexId} failed: ${message}`,
      fix: `qw-lambda index merge ${indexId}`,
    })
  }
  if (generator.isScheduled && generator.lastRunMs !== undefined) {
    const lateMs = nowMs - (generator.lastRunMs + generator.everyMs + BATCH_GRACE_MS)
    if (lateMs > 0) {
      warnings.push({
        code: 'GENERATOR-LATE',
        message: `the next sample batch is ${formatDuration(lateMs)} late`,
        fix: 'qw-lambda logs --errors',
      })
    }
  }
  return warnings
}
