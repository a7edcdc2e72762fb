import { stringifyJson } from '../bytes/json.ts'
import { LineProblem } from './line-reader.ts'
import { readSource, type ReadSourceOptions } from './read-source.ts'
import type { RecordBatch } from './record-batch.ts'
import type { Source } from './source.ts'

/** Ends the key of what was staged as the lines below, whatever the index's own input format is. */
export const STAGED_NDJSON_SUFFIX = '.ndjson.gz'

const LINE_END = Buffer.from('\n')

/** The documents of a source as lines of JSON, to be sent on. NDJSON passes as it is; a record that is
 *  none passes as it stands in the source, to be rejected where it is indexed. */
export async function* ndjsonOf(
  source: Source,
  options: ReadSourceOptions,
): AsyncGenerator<Uint8Array> {
  for await (const event of readSource(source, options)) {
    if (event.kind === 'lines') yield event.bytes
    else if (event.kind === 'records') yield linesOf(event)
    else yield Buffer.concat([event.prefix, LINE_END])
  }
}

function linesOf(batch: RecordBatch): Uint8Array {
  const parts: Uint8Array[] = []
  batch.records.forEach(({ doc }, i) => {
    const isNone = doc instanceof LineProblem
    parts.push(isNone ? batch.bytesOf(i) : Buffer.from(stringifyJson(doc)), LINE_END)
  })
  return Buffer.concat(parts)
}
