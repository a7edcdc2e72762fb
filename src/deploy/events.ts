import type { ResourceChange } from './ports.ts'

export type Phase =
  | 'check'
  | 'package'
  | 'plan'
  | 'apply'
  | 'verify'
  | 'firstData'
  | 'rotate'
  | 'stop'
  | 'empty'
  | 'delete'
  | 'sweep'
  | 'prove'

export interface Check {
  readonly id: string
  readonly state: 'pass' | 'warn' | 'fail'
  readonly message: string
  /** What to do about it. */
  readonly fix: string | undefined
}

/** What an action of this room tells while it works. Reporters draw it; nothing here prints. */
export type DeployEvent =
  | { readonly kind: 'phase'; readonly phase: Phase; readonly state: 'started' | 'done' }
  | ({ readonly kind: 'check' } & Check)
  | {
      readonly kind: 'upload'
      readonly key: string
      readonly sizeBytes: number
      readonly state: 'already there' | 'started' | 'done'
    }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'changes'; readonly changes: readonly ResourceChange[] }
  /** Somebody, perhaps this very command before it was interrupted, has started the same change. */
  | { readonly kind: 'attached'; readonly sinceMs: number }
  | {
      readonly kind: 'resource'
      readonly logicalId: string
      readonly type: string
      readonly status: string
      /** Resources that reached their end, of those the operation touches. */
      readonly done: number
      readonly total: number | undefined
    }
  /** Once per operation: what failed first. Everything after it is clean-up. */
  | {
      readonly kind: 'failure'
      readonly logicalId: string
      readonly type: string
      readonly reason: string
    }
  | { readonly kind: 'waiting'; readonly what: string; readonly elapsedMs: number }
  | {
      readonly kind: 'emptying'
      readonly bucket: string
      readonly objectsDeleted: number
      readonly bytesDeleted: number
    }
  /** A step that failed and is passed over, to be told of at the end. */
  | {
      readonly kind: 'passedOver'
      readonly what: string
      readonly id: string
      readonly reason: string
    }
  /** What was stopped and should run was started again. */
  | { readonly kind: 'mended'; readonly what: string; readonly id: string }
  /** A bucket of the user's own tells our queue of new objects from now on. */
  | { readonly kind: 'followed'; readonly bucket: string; readonly prefix: string }
  /** And does so no more; what else it tells stays. */
  | { readonly kind: 'unfollowed'; readonly bucket: string }
  | { readonly kind: 'removed'; readonly what: string; readonly id: string }
  | { readonly kind: 'kept'; readonly what: string; readonly id: string }
