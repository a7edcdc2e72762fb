import type { JsonObject } from '../bytes/json.ts'
import { QwError } from '../errors.ts'
import { asFields, integerAt, optionalStringAt, stringAt } from './json-fields.ts'
import { REJECTED_KEPT_MS } from './reject-set.ts'

/** How one run over one source ended, or stands: `running` also when it was killed. */
export type RunState = 'running' | 'done' | 'incomplete' | 'tooManyRejects' | 'failed'

/** One ingest run as the metastore remembers it, in the same write that publishes its splits. */
export interface RunSummary {
  readonly runId: string
  readonly sourceUri: string
  readonly state: RunState
  readonly docCount: number
  readonly rejectedCount: number
  /** Uncompressed bytes read. */
  readonly sourceBytes: number
  readonly splitCount: number
  readonly startedMs: number
  readonly updatedMs: number
  /** Why it failed. */
  readonly error: string | undefined
}

/** A run that has not committed for this long was most likely killed. */
const SILENT_MS = 120_000

/** The state in a word or two, for people. */
export function runStateText({ state, updatedMs }: RunSummary, nowMs: number): string {
  switch (state) {
    case 'running':
      return nowMs - updatedMs > SILENT_MS ? 'cut off' : 'running'
    case 'incomplete':
      return 'stopped'
    case 'tooManyRejects':
      return 'rejected'
    case 'done':
    case 'failed':
      return state
  }
}

/** Runs kept per index: enough for two hours of five-minute batches, some 5 kB of the metastore file. */
export const MAX_RUNS_KEPT = 25
/** Failed runs kept beyond those, until their sources are indexed after all. */
export const MAX_FAILED_RUNS_KEPT = 100

/** `runs` with this one put in front, or in place of its earlier state. */
export function withRun(runs: readonly RunSummary[], run: RunSummary): readonly RunSummary[] {
  const all = [run, ...runs.filter((other) => other.runId !== run.runId)]
  const failed = new Set(openFailures(all).slice(0, MAX_FAILED_RUNS_KEPT))
  return all.filter((each, rank) => {
    const isYoung = run.updatedMs - each.updatedMs < REJECTED_KEPT_MS
    return rank < MAX_RUNS_KEPT || (failed.has(each) && isYoung)
  })
}

/** The runs, newest first, that ended badly and after which nobody took their sources up again. */
export function openFailures(runs: readonly RunSummary[]): RunSummary[] {
  const seen = new Set<string>()
  return runs.filter(({ sourceUri, state }) => {
    if (seen.has(sourceUri)) return false
    seen.add(sourceUri)
    return state === 'failed' || state === 'tooManyRejects'
  })
}

export function encodeRun(run: RunSummary): JsonObject {
  return {
    run_id: run.runId,
    source_uri: run.sourceUri,
    state: run.state,
    num_docs: run.docCount,
    num_rejected: run.rejectedCount,
    source_bytes: run.sourceBytes,
    num_splits: run.splitCount,
    started_ms: run.startedMs,
    updated_ms: run.updatedMs,
    error: run.error ?? null,
  }
}

/** Throws `corrupt`. */
export function decodeRun(value: unknown): RunSummary {
  const fields = asFields(value, 'runs')
  return {
    runId: stringAt(fields, 'run_id'),
    sourceUri: stringAt(fields, 'source_uri'),
    state: decodeRunState(stringAt(fields, 'state')),
    docCount: integerAt(fields, 'num_docs'),
    rejectedCount: integerAt(fields, 'num_rejected'),
    sourceBytes: integerAt(fields, 'source_bytes'),
    splitCount: integerAt(fields, 'num_splits'),
    startedMs: integerAt(fields, 'started_ms'),
    updatedMs: integerAt(fields, 'updated_ms'),
    error: optionalStringAt(fields, 'error'),
  }
}

function decodeRunState(text: string): RunState {
  switch (text) {
    case 'running':
    case 'done':
    case 'incomplete':
    case 'tooManyRejects':
    case 'failed':
      return text
    default:
      throw new QwError('corrupt', `metastore: unknown run state \`${text}\``)
  }
}
