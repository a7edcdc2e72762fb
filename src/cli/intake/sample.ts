import { isJsonObject, parseJson, type JsonObject } from '../../engine/bytes/json.ts'
import { isQwError, QwError } from '../../engine/errors.ts'
import type { Source } from '../../engine/sources/source.ts'
import { readSource } from '../../engine/sources/source-reader.ts'

/** Documents that a mapping is inferred from: enough to meet rare values, read in well under a second. */
export const DEFAULT_SAMPLE_DOCS = 2_000

/**
 * The first documents of a source; lines that are none are passed over. Throws `invalid` when the
 * beginning holds no JSON object at all, and whatever reading the source throws before the first one.
 */
export async function sampleDocs(
  source: Source,
  maxDocs: number,
  signal?: AbortSignal,
): Promise<JsonObject[]> {
  const docs: JsonObject[] = []
  let lineCount = 0
  try {
    for await (const event of readSource(source, { signal })) {
      const count = event.kind === 'overlong' ? 1 : event.count
      for (let line = 0; line < count && docs.length < maxDocs; line++) {
        lineCount++
        const doc = event.kind === 'overlong' ? undefined : documentOf(event.textOf(line))
        if (doc !== undefined) docs.push(doc)
      }
      if (docs.length >= maxDocs || lineCount >= maxDocs * 2) break
    }
  } catch (error) {
    // A file that is damaged further on is told about when it is indexed.
    if (docs.length === 0 || !isQwError(error, 'corrupt')) throw error
  }
  if (docs.length > 0) return docs
  const found =
    lineCount === 0 ? 'it is empty' : `none of its first ${lineCount} lines is a JSON object`
  throw new QwError('invalid', `no documents in ${source.uri}: ${found}`, {
    code: 'INGEST-FORMAT',
    fix: 'give newline-delimited JSON or a JSON array, plain or gzip',
  })
}

function documentOf(line: string | undefined): JsonObject | undefined {
  if (line === undefined) return undefined
  try {
    const value = parseJson(line)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
