import type { JsonValue } from '../bytes/json.ts'
import type { IndexConfig } from './index-config.ts'

/** The config as GET returns it: every default written out, `version` "0.9". */
export function serializeIndexConfig(config: IndexConfig): JsonValue {
  throw new Error(`not written yet ${config.indexId}`)
}
