import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Source } from '../../engine/sources/source.ts'
import { ndjsonOf, STAGED_NDJSON_SUFFIX } from '../../engine/sources/ndjson-of.ts'

/** Uncompressed bytes of one staged file: some 10 s of work for the indexer, so that no run meets its
 *  time limit and a stopped upload repeats little. Four of them are in memory at once. */
const PIECE_BYTES = 64 * 1024 * 1024
const GZIP_LEVEL = 6
const NEWLINE = 0x0a

const gzipAsync = promisify(gzip)

/** Documents of a source as lines of JSON, to be staged as one object. */
export interface Piece {
  readonly bytes: Uint8Array
  readonly lineCount: number
}

/** Cuts a source at line ends. The cuts depend on the content alone, so that a second run over the same
 *  file makes the same pieces. */
export async function* cutIntoPieces(
  source: Source,
  options: {
    readonly signal: AbortSignal
    readonly onRead?: (byteCount: number) => void
    /** For times without a year. */
    readonly nowMs: number
    readonly pieceBytes?: number
  },
): AsyncGenerator<Piece> {
  const { signal, onRead, nowMs, pieceBytes = PIECE_BYTES } = options
  let parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of ndjsonOf(source, {
    signal,
    nowMs,
    ...(onRead === undefined ? {} : { onRead }),
  })) {
    let rest = chunk
    while (length + rest.length >= pieceBytes) {
      // The first line end at or after the size, wherever the chunks happen to end.
      const from = Math.max(0, pieceBytes - length - 1)
      const at = rest.indexOf(NEWLINE, from)
      if (at < 0) break
      parts.push(rest.subarray(0, at + 1))
      yield pieceOf(parts)
      parts = []
      length = 0
      rest = rest.subarray(at + 1)
    }
    if (rest.length > 0) {
      // A reader may use its buffer again.
      parts.push(Uint8Array.from(rest))
      length += rest.length
    }
  }
  if (length > 0) yield pieceOf(parts)
}

function pieceOf(parts: readonly Uint8Array[]): Piece {
  const bytes = Buffer.concat(parts)
  let lineCount = bytes.at(-1) === NEWLINE ? 0 : 1
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lineCount++
  return { bytes, lineCount }
}

/** `<index>/<hash of the content>.ndjson.gz`: the staging bucket itself is the record of what was sent. */
export function stagedKey(indexId: string, piece: Piece, nonce: string): string {
  const hash = createHash('sha256').update(nonce).update(piece.bytes).digest('hex').slice(0, 32)
  return `${indexId}/${hash}${STAGED_NDJSON_SUFFIX}`
}

export async function packed(piece: Piece): Promise<Uint8Array> {
  return await gzipAsync(piece.bytes, { level: GZIP_LEVEL })
}
