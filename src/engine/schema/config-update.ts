import type { IndexConfig } from './index-config.ts'

export interface ConfigUpdate {
  /** The mapping changed in substance: it needs a new `doc_mapping_uid`. */
  readonly docMappingChanged: boolean
}

/** Whether `next` may replace `current`; throws `invalid` naming the setting that cannot change. */
export function checkConfigUpdate(current: IndexConfig, next: IndexConfig): ConfigUpdate {
  throw new Error(`not written yet ${current.indexId} ${next.indexId}`)
}
