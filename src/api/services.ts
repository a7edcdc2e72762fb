import type { DeletesResult } from '../engine/indexing/deletes.ts'
import type { RejectedDoc } from '../engine/indexing/rejects.ts'
import type { SearchContext } from '../engine/search/root.ts'
import type { CostService } from './cost-routes.ts'
import type { IndexOperations } from './operations.ts'
import type { PageFiles } from './page-routes.ts'

/** What the API serves. Without `ingest` it is read-only, as the searcher function is. */
export interface ApiServices {
  readonly search: SearchContext
  readonly ingest: IngestService | undefined
  /** What is done by hand, beside ingesting. */
  readonly operations?: IndexOperations | undefined
  readonly build: BuildFacts
  /** Where indexes lie, without a slash at the end: `s3://bucket/index`, `file:///…`. */
  readonly indexRoot: string
  /** Where prices are known. */
  readonly cost?: CostService | undefined
  /** The page that people see in a browser; undefined: it is not shown. */
  readonly page?: PageFiles | undefined
}

export interface BuildFacts {
  readonly version: string
  readonly commitHash: string
  readonly buildDate: string
}

/**
 *   auto     durable when it returns, searchable some time later
 *   waitFor  searchable when it returns, with the next scheduled commit
 *   force    searchable when it returns, by a commit of its own
 */
export type CommitMode = 'auto' | 'waitFor' | 'force'

/** Takes documents by HTTP; the host decides where they wait for their commit. */
export interface IngestService {
  /** `body` is NDJSON. Throws `notFound` for an unknown index, `unavailable` when too much waits. */
  ingest(indexId: string, body: Uint8Array, commit: CommitMode): Promise<IngestOutcome>
  /** Commits what was taken and waits: searchable when it returns. Throws what the commit failed with. */
  refresh(indexId: string): Promise<void>
  /** Carries out the erasures that the metastore has been asked for. */
  erase(indexId: string): Promise<DeletesResult>
}

export interface IngestOutcome {
  readonly ingestedCount: number
  readonly rejected: readonly RejectedDoc[]
  readonly rejectedCount: number
}

export interface ApiSettings {
  /** One of these has to come as `x-api-key`; empty: no key is asked for. */
  readonly apiKeys: readonly string[]
  /** `function`: always gzip and at most 6 MB, as through Lambda; `plain`: neither. */
  readonly responses: 'function' | 'plain'
}
