import type { ApiClient } from '../stack/api-client.ts'

/** What an `init` brought about. */
export interface SetUp {
  readonly region: string | undefined
  /** Where it lies, to be told to the user: a folder, a stack's address. */
  readonly place: string
  readonly client: ApiClient
  /** Undefined when nothing was put in. */
  readonly firstData: FirstData | undefined
  /** Size of the index now. */
  readonly indexBytes: number
  /** What deploying gave, as `deploy --json` says it; undefined on this machine. */
  readonly deployResult?: Readonly<Record<string, unknown>>
}

export interface FirstData {
  readonly docs: number
  readonly rejected: number
  /** Uncompressed. */
  readonly sourceBytes: number
  /** From the first byte read until all is searchable. */
  readonly elapsedMs: number
  /** From the first byte read until the first documents were shown, where that was earlier. */
  readonly firstHitsMs?: number | undefined
}
