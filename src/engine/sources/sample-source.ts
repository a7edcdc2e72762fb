import { isJsonObject, parseJson, type JsonObject } from '../bytes/json.ts'
import { isQwError, QwError } from '../errors.ts'
import { sourceFormatName, type SourceFormat } from '../schema/source-format.ts'
import { LineProblem } from './line-reader.ts'
import { NOT_UTF8 } from './line-stage.ts'
import { readSource, type SourceEvent } from './read-source.ts'
import type { Source } from './source.ts'

/** Documents that a mapping is inferred from: enough to meet rare values, read in well under a second. */
export const DEFAULT_SAMPLE_DOCS = 2_000
/** Unpacked bytes that a sample takes, however few documents they are: all of it is in memory at once. */
const MAX_SAMPLE_BYTES = 64 * 1024 * 1024

export interface SourceSample {
  readonly docs: readonly JsonObject[]
  readonly format: SourceFormat
}

/**
 * The first documents of a source, and how it is written; records that are none are passed over. Throws
 * `invalid` when its beginning holds no document at all, and whatever reading it throws before the first.
 */
export async function sampleSource(
  source: Source,
  request: {
    readonly maxDocs: number
    /** For times without a year. */
    readonly nowMs: number
    readonly signal?: AbortSignal
  },
): Promise<SourceSample> {
  const { maxDocs, nowMs, signal } = request
  const docs: JsonObject[] = []
  let recordCount = 0
  let notUtf8Count = 0
  let format: SourceFormat = { kind: 'ndjson' }
  const onFormat = (found: SourceFormat): void => {
    format = found
  }
  try {
    for await (const event of readSource(source, { signal, nowMs, onFormat })) {
      for (const doc of documentsOf(event)) {
        recordCount++
        if (doc === NOT_UTF8) notUtf8Count++
        else if (doc !== undefined) docs.push(doc)
        if (docs.length >= maxDocs) break
      }
      if (docs.length >= maxDocs || recordCount >= maxDocs * 2) break
      if (docs.length > 0 && event.endPosition >= MAX_SAMPLE_BYTES) break
    }
  } catch (error) {
    // A file that is damaged further on is told about when it is indexed.
    if (docs.length === 0 || !isQwError(error, 'corrupt')) throw error
  }
  if (docs.length > 0) return { docs, format }
  throw noDocuments(source.uri, { format, recordCount, notUtf8Count })
}

function noDocuments(
  uri: string,
  seen: {
    readonly format: SourceFormat
    readonly recordCount: number
    readonly notUtf8Count: number
  },
): QwError {
  const { format, recordCount, notUtf8Count } = seen
  const refused = (found: string, fix: string): QwError =>
    new QwError('invalid', `no documents in ${uri}: ${found}`, { code: 'INGEST-FORMAT', fix })
  if (recordCount === 0) return refused('it is empty', 'name a source with documents in it')
  if (notUtf8Count === recordCount) {
    return refused(
      'its text is not UTF-8',
      'convert it, from the encoding of western Windows for instance: iconv -f WINDOWS-1252 -t UTF-8 FILE',
    )
  }
  return refused(
    `none of its first ${recordCount} records is a document (read as ${sourceFormatName(format)})`,
    'say how it is written: --input-format ndjson, json, csv, nginx, text, …',
  )
}

/** Undefined: no document; NOT_UTF8: nor any text. */
function* documentsOf(event: SourceEvent): Generator<JsonObject | typeof NOT_UTF8 | undefined> {
  switch (event.kind) {
    case 'overlong':
      yield undefined
      return
    case 'records':
      for (const { doc } of event.records) {
        if (!(doc instanceof LineProblem)) yield doc
        else yield doc.reason === NOT_UTF8 ? NOT_UTF8 : undefined
      }
      return
    case 'lines':
      for (let i = 0; i < event.count; i++) {
        const text = event.textOf(i)
        if (text?.trim() !== '') yield text === undefined ? NOT_UTF8 : objectOf(text)
      }
  }
}

function objectOf(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
