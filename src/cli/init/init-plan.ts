import type { IndexConfig } from '../../engine/schema/index-config.ts'
import type { SourceLook } from './aws-source-look.ts'
import type { AwsAnswers } from './target-aws.ts'

/** Everything that `init` was told or asked: what is set up follows from it and from nothing else. */
export interface InitPlan {
  readonly name: string
  readonly target:
    | { readonly kind: 'local' }
    | { readonly kind: 'aws'; readonly answers: AwsAnswers }
  readonly data: InitData
  /** Undefined: no index yet. */
  readonly index: PlannedIndex | undefined
  /** Of the sample stream; Infinity: one batch and no more. */
  readonly everyMs: number
  /** As written, such as `30 days`; undefined: forever. */
  readonly retention: string | undefined
}

export type InitData =
  | { readonly kind: 'sample' }
  /** `from` as typed; `paths` what it means now. */
  | { readonly kind: 'files'; readonly from: string; readonly paths: readonly string[] }
  | { readonly kind: 's3'; readonly from: string; readonly look: SourceLook }
  | { readonly kind: 'empty' }

export interface PlannedIndex {
  readonly config: IndexConfig
  /** Config file that the project refers to; undefined for the sample's own. */
  readonly path: string | undefined
  /** To be written to `path`; undefined when the user's own file is used. */
  readonly yaml: string | undefined
  /** The ready mapping that it is, with queries worth trying. */
  readonly template?: string | undefined
}
