import type { JsonObject } from '../../bytes/json.ts'
import { LineProblem } from '../line-reader.ts'
import { objectOf, objects } from './values.ts'

export type OtlpSignal = 'logs' | 'traces'

/** What documents are called by: the names of an index, for each level of a batch. */
export interface OtlpNames {
  /** Fields that every record of a resource has; `resource` is as it was sent, or empty. */
  ofResource(resource: JsonObject): JsonObject
  ofScope(scope: JsonObject): JsonObject
  ofLog(record: JsonObject): JsonObject
  /** `shared`: what its resource and its scope gave. */
  ofSpan(span: JsonObject, shared: JsonObject): JsonObject
}

const LEVELS = {
  logs: { resources: 'resourceLogs', scopes: 'scopeLogs', records: 'logRecords' },
  traces: { resources: 'resourceSpans', scopes: 'scopeSpans', records: 'spans' },
} as const

/**
 * OpenTelemetry's batches as JSON writes them: resource -> scope -> record, each level with attributes
 * as lists of key and value. One document per log record or span, with what its resource and scope say.
 */
export function otlpDocs(
  batch: JsonObject,
  signal: OtlpSignal,
  names: OtlpNames,
): (JsonObject | LineProblem)[] {
  const keys = LEVELS[signal]
  const resources = batch[keys.resources]
  if (!Array.isArray(resources))
    return [new LineProblem(`the object has no array \`${keys.resources}\``)]
  const docs: JsonObject[] = []
  for (const entry of objects(resources)) {
    const resource = names.ofResource(objectOf(entry['resource']))
    for (const scoped of objects(entry[keys.scopes])) {
      const scope = names.ofScope(objectOf(scoped['scope']))
      const shared = { ...resource, ...scope }
      for (const record of objects(scoped[keys.records])) {
        const own = signal === 'logs' ? names.ofLog(record) : names.ofSpan(record, shared)
        docs.push({ ...own, ...shared })
      }
    }
  }
  return docs
}
