import { stringifyJson, type JsonObject } from '../bytes/json.ts'
import { QwError } from '../errors.ts'
import {
  arrayAt,
  asFields,
  integerAt,
  optionalIntegerAt,
  optionalStringAt,
  parseFields,
  stringAt,
} from '../metastore/json-fields.ts'
import {
  decodeSplitRecord,
  encodeSplitRecord,
  type SplitRecord,
} from '../metastore/split-record.ts'
import { COMPRESSIONS, type Compression } from './compressed.ts'
import { EXPORT_FORMATS, type ExportFormat } from './export-format.ts'
import type { ExportSelection } from './export-plan.ts'

/** Beside the parts. Programs that read a folder of parts pass over names that begin so. */
export const MANIFEST_NAME = '_export.json'
const VERSION = 'qw-lambda export 1'

/** What was asked, as it was written: whoever asks the same again goes on. */
export interface ExportRequest {
  readonly indexId: string
  readonly query: string | undefined
  readonly since: string | undefined
  readonly until: string | undefined
  readonly fields: readonly string[]
  readonly format: ExportFormat
  readonly compression: Compression
}

export interface FinishedPart {
  readonly name: string
  readonly docCount: number
  readonly sizeBytes: number
}

/** Documents of one split, in parts that are written one after the other. */
export interface SplitParts {
  readonly docCount: number
  readonly partCount: number
  readonly finished: readonly FinishedPart[]
}

/** An export into a folder or prefix: what it is of, and how far it is. */
export interface ExportManifest {
  readonly request: ExportRequest
  /** The bounds in time as they were understood when it began. */
  readonly selection: ExportSelection
  readonly indexUid: string
  /** Of a table: a changed mapping shows here. */
  readonly columns: readonly string[]
  readonly begunMs: number
  readonly finishedMs: number | undefined
  /** As they were published when it began. */
  readonly splits: readonly SplitRecord[]
  /** By split id; splits that were not searched yet are missing. */
  readonly parts: ReadonlyMap<string, SplitParts>
}

export function isSameRequest(a: ExportRequest, b: ExportRequest): boolean {
  return stringifyJson(encodeRequest(a)) === stringifyJson(encodeRequest(b))
}

export function encodeManifest(manifest: ExportManifest): Uint8Array {
  const { request, selection, splits, parts } = manifest
  const document: JsonObject = {
    version: VERSION,
    ...encodeRequest(request),
    start_timestamp: selection.startTimestamp ?? null,
    end_timestamp: selection.endTimestamp ?? null,
    index_uid: manifest.indexUid,
    columns: [...manifest.columns],
    begun_ms: manifest.begunMs,
    finished_ms: manifest.finishedMs ?? null,
    splits: splits.map(encodeSplitRecord),
    parts: [...parts].map(([splitId, { docCount, partCount, finished }]) => ({
      split_id: splitId,
      docs: docCount,
      part_count: partCount,
      finished: finished.map((part) => ({
        name: part.name,
        docs: part.docCount,
        bytes: part.sizeBytes,
      })),
    })),
  }
  return new TextEncoder().encode(`${stringifyJson(document)}\n`)
}

function encodeRequest(request: ExportRequest): JsonObject {
  return {
    index_id: request.indexId,
    query: request.query ?? null,
    since: request.since ?? null,
    until: request.until ?? null,
    fields: [...request.fields],
    output_format: request.format,
    compression: request.compression,
  }
}

/** Throws `corrupt` for what is no manifest of an export, or of another version. */
export function decodeManifest(bytes: Uint8Array): ExportManifest {
  const fields = parseFields(bytes, MANIFEST_NAME)
  if (fields['version'] !== VERSION) {
    throw new QwError('corrupt', `${MANIFEST_NAME} is of another version than ${VERSION}`)
  }
  const query = optionalStringAt(fields, 'query')
  return {
    request: {
      indexId: stringAt(fields, 'index_id'),
      query,
      since: optionalStringAt(fields, 'since'),
      until: optionalStringAt(fields, 'until'),
      fields: arrayAt(fields, 'fields').map(String),
      format: oneOf(EXPORT_FORMATS, stringAt(fields, 'output_format')),
      compression: oneOf(COMPRESSIONS, stringAt(fields, 'compression')),
    },
    selection: {
      query,
      startTimestamp: optionalIntegerAt(fields, 'start_timestamp'),
      endTimestamp: optionalIntegerAt(fields, 'end_timestamp'),
    },
    indexUid: stringAt(fields, 'index_uid'),
    columns: arrayAt(fields, 'columns').map(String),
    begunMs: integerAt(fields, 'begun_ms'),
    finishedMs: optionalIntegerAt(fields, 'finished_ms'),
    splits: arrayAt(fields, 'splits').map(decodeSplitRecord),
    parts: new Map(arrayAt(fields, 'parts').map(decodeParts)),
  }
}

function decodeParts(value: unknown): [string, SplitParts] {
  const fields = asFields(value, 'parts')
  const finished = arrayAt(fields, 'finished').map((part): FinishedPart => {
    const partFields = asFields(part, 'finished')
    return {
      name: stringAt(partFields, 'name'),
      docCount: integerAt(partFields, 'docs'),
      sizeBytes: integerAt(partFields, 'bytes'),
    }
  })
  return [
    stringAt(fields, 'split_id'),
    { docCount: integerAt(fields, 'docs'), partCount: integerAt(fields, 'part_count'), finished },
  ]
}

function oneOf<const T extends string>(known: readonly T[], text: string): T {
  const found = known.find((name) => name === text)
  if (found === undefined) throw new QwError('corrupt', `${MANIFEST_NAME}: \`${text}\` is unknown`)
  return found
}
