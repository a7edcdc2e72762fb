import type { StatusWarning } from '../../deploy/status.ts'
import type { RunSummary } from '../../engine/metastore/run-summary.ts'
import type { MergeBehind } from '../stack/merges-behind.ts'
import type { SampleStreamState } from '../stack/sample-stream.ts'

/** Everything that `status` says of a local stack, as plain values. */
export interface StackStatus {
  readonly name: string
  readonly folder: string
  /** Where it is served at this moment. */
  readonly url: string | undefined
  readonly indexes: readonly IndexStatus[]
  /** The newest ingest run of all indexes. */
  readonly lastRun: IndexRun | undefined
  /** Runs among the remembered ones that failed or rejected documents. */
  readonly failureCount: number
  readonly generator: SampleStreamState
  /** What goes on after the commands that made it due. */
  readonly merging: readonly MergeBehind[]
  readonly warnings: readonly StatusWarning[]
}

export interface IndexStatus {
  readonly id: string
  readonly docCount: number
  readonly splitCount: number
  readonly sizeBytes: number
  /** Unix seconds; undefined without documents or without a time field. */
  readonly minSeconds: number | undefined
  readonly maxSeconds: number | undefined
}

export interface IndexRun extends RunSummary {
  readonly indexId: string
}
