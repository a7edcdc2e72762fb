import { isJsonObject, parseJson, stringifyJson, type JsonObject } from '../../engine/bytes/json.ts'
import { messageOf, QwError } from '../../engine/errors.ts'
import type { KeptReject } from '../../engine/indexing/rejects.ts'
import { rejectName } from '../../engine/indexing/retry-rejects.ts'
import { readGivenText } from '../command/given-file.ts'

/*
 * Rejected documents as a file that people mend, one JSON object a line:
 *
 *   run_id, position   which of them it is; these two are looked for when the file comes back
 *   source_uri, line, field, reason   for whoever reads it
 *   document           the document, byte for byte as it was rejected
 *   text               instead of `document`: what is no JSON object, or the beginning of what is too long
 */

const FIX = 'each line is one of: qw-lambda ingest failures --export FILE'

export function exportLine(reject: KeptReject): string {
  const facts = JSON.stringify({
    run_id: reject.runId,
    position: reject.bytePosition,
    source_uri: reject.sourceUri,
    line: reject.line,
    field: reject.path ?? null,
    reason: reject.reason,
  }).slice(0, -1)
  const isDocument = reject.isWhole && isObject(reject.text)
  // Numbers keep their digits, and keys their order.
  return `${facts},${isDocument ? `"document":${reject.text}` : `"text":${JSON.stringify(reject.text)}`}}\n`
}

/** Mended documents by `rejectName`. Throws `invalid` naming the line that is none. */
export async function readMended(path: string): Promise<Map<string, Uint8Array>> {
  const lines = (await readGivenText(path, FIX)).split('\n')
  const mended = new Map<string, Uint8Array>()
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue
    const { name, document } = mendedOf(line, `${path}:${i + 1}`)
    if (mended.has(name)) {
      throw new QwError('invalid', `${path}:${i + 1} is the second line for the same document`, {
        fix: 'keep one of them',
      })
    }
    mended.set(name, Buffer.from(document))
  }
  return mended
}

function mendedOf(line: string, place: string): { name: string; document: string } {
  const { run_id: runId, position, document, text } = objectOf(line, place)
  const isNamed = typeof runId === 'string' && typeof position === 'number'
  if (!isNamed) throw new QwError('invalid', `${place} names no rejected document`, { fix: FIX })
  const name = rejectName({ runId, bytePosition: position })
  if (isJsonObject(document)) return { name, document: stringifyJson(document) }
  const [mended = ''] = [document, text].filter((value) => typeof value === 'string')
  if (mended.trim() !== '') return { name, document: onOneLine(mended) }
  throw new QwError('invalid', `${place} has no document`, {
    fix: 'put it under `document`, or leave the line out: the document waits on',
  })
}

function objectOf(line: string, place: string): JsonObject {
  let why
  try {
    const value = parseJson(line)
    if (isJsonObject(value)) return value
  } catch (error) {
    why = messageOf(error)
  }
  throw new QwError('invalid', `${place} is no JSON object`, {
    ...(why === undefined ? {} : { why }),
    fix: FIX,
  })
}

/** Line ends in JSON stand between values alone. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ')
}

function isObject(text: string): boolean {
  try {
    return isJsonObject(parseJson(text))
  } catch {
    return false
  }
}
