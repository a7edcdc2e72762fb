import type { JsonObject } from '../bytes/json.ts'
import type { IndexConfig } from './index-config.ts'

export interface InferredField {
  readonly path: string
  readonly type: string
  readonly fast: boolean
  readonly reason: string
}

export interface InferredConfig {
  readonly config: IndexConfig
  /** The same config as commented YAML that `parseIndexConfig` accepts. */
  readonly yaml: string
  readonly fields: readonly InferredField[]
  /** Fields that look like the document's time, best first. */
  readonly timestampCandidates: readonly string[]
}

export function inferIndexConfig(
  sampleDocs: readonly JsonObject[],
  options: { readonly indexId: string; readonly timestampField?: string },
): InferredConfig {
  throw new Error(`not written yet ${sampleDocs.length} ${options.indexId}`)
}
