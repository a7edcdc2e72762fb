import type { JsonObject, JsonValue } from '../bytes/json.ts'
import type { IndexConfig } from './index-config.ts'

/** Stored input document -> hit, under the newest mapping. Values that no longer fit vanish. */
export type Renderer = (source: JsonObject) => JsonObject

export function makeRenderer(config: IndexConfig): Renderer {
  throw new Error(`not written yet ${config.indexId}`)
}

/** What to keep of an input document: undefined when all of it is stored as it came. */
export function prunedSource(config: IndexConfig): ((source: JsonObject) => JsonValue) | undefined {
  throw new Error(`not written yet ${config.indexId}`)
}
