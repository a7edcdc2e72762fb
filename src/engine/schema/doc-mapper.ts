import type { JsonObject } from '../bytes/json.ts'
import type { FieldSpec, MappedDoc } from './field-spec.ts'
import type { IndexConfig } from './index-config.ts'

/** Distinct (path, type) pairs of one split; the document that would add one more is rejected with
 *  kind `limit`, and fits a fresh mapper (and split). */
export const MAX_FIELDS_PER_SPLIT = 10_000

export interface DocMapperSettings {
  /** For date formats without a year. */
  readonly nowMs: number
}

/** Turns documents into typed values. One mapper serves one split: `specs` grows as paths appear. */
export class DocMapper {
  readonly specs: FieldSpec[] = []

  constructor(config: IndexConfig, settings: DocMapperSettings) {
    throw new Error(`not written yet ${config.indexId} ${settings.nowMs}`)
  }

  /** Replaces `out`. Throws `DocRejection`; the mapper is then as before and `out` undefined.
   *  `sourceBytes` is the length of the input, for `store_document_size`. */
  map(doc: JsonObject, out: MappedDoc, sourceBytes: number): void {
    throw new Error(`not written yet ${Object.keys(doc).length} ${out.count} ${sourceBytes}`)
  }

  /** Parses and maps one line of JSON, the fastest way. `sourceBytes` as for `map`; counted when left out. */
  mapLine(text: string, out: MappedDoc, sourceBytes?: number): void {
    throw new Error(`not written yet ${text} ${out.count} ${sourceBytes}`)
  }
}

export function newMappedDoc(): MappedDoc {
  return { count: 0, fieldIds: [], values: [], timestamp: undefined, presentPaths: [] }
}
