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

/** Runs kept per index: enough for two hours of five-minute batches, some 5 kB of the metastore file. */
export const MAX_RUNS_KEPT = 25
