import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { isQwError, messageOf, QwError } from '../errors.ts'
import { LINE_LIMITS, type LineEvent, LineSplitter } from './line-batch.ts'
import type { Source } from './source.ts'
import { recogniseCompression, refuseOtherText, SNIFF_BYTES } from './source-format.ts'

/** Decoded bytes handed on at a time: some thousand lines, little enough to stop between two. */
const CHUNK_BYTES = 1024 * 1024

export interface ReadSourceOptions {
  readonly signal?: AbortSignal | undefined
  /** Uncompressed byte offset of the first line wanted. What lies before is read and passed over,
   *  since gzip cannot be entered in the middle and line numbers are wanted. */
  readonly resumeAt?: number
  /** Told about every chunk of the source as it came, compressed or not. */
  readonly onRead?: (byteCount: number) => void
}

/**
 * The lines of a source: gzip (any number of members) or plain, UTF-8 with or without a byte order
 * mark. Throws `invalid` for a format that is not NDJSON and `corrupt` for gzip that is damaged or cut
 * short, after everything before the damage was yielded.
 */
export async function* readSource(
  source: Source,
  options: ReadSourceOptions = {},
): AsyncGenerator<LineEvent> {
  const chunks = sizedChunks(decompressed(source, options))
  const resumeAt = options.resumeAt ?? 0
  let splitter: LineSplitter | undefined
  let skippedBytes = 0
  let skippedLines = 0
  for await (const chunk of chunks) {
    let rest = chunk
    if (splitter === undefined) {
      if (skippedBytes === 0) {
        refuseOtherText(chunk)
        if (resumeAt === 0) rest = withoutByteOrderMark(chunk)
      }
      const skipped = Math.max(0, Math.min(chunk.length, resumeAt - skippedBytes))
      skippedLines += countNewlines(chunk.subarray(0, skipped))
      skippedBytes += chunk.length - rest.length + skipped
      if (skippedBytes < resumeAt) continue
      rest = rest.subarray(skipped)
      splitter = new LineSplitter(LINE_LIMITS, { line: skippedLines + 1, position: skippedBytes })
    }
    yield* splitter.push(rest)
  }
  if (splitter !== undefined) yield* splitter.finish()
}

/** The bytes of a source, unpacked. Throws as `readSource` does. */
export async function* decompressed(
  source: Source,
  options: ReadSourceOptions,
): AsyncGenerator<Uint8Array> {
  const chunks = counted(source.open(options.signal), options.onRead)[Symbol.asyncIterator]()
  const { head, parts } = await readHead(chunks)
  const all = rejoined(parts, chunks)
  if (recogniseCompression(head) === 'gzip') yield* gunzipped(all, source.uri)
  else yield* all
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onRead: ((byteCount: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onRead?.(chunk.length)
    yield chunk
  }
}

/** Pipes deliver as little as a byte at a time, so the head may take several chunks. */
async function readHead(
  chunks: AsyncIterator<Uint8Array>,
): Promise<{ head: Uint8Array; parts: Uint8Array[] }> {
  const parts: Uint8Array[] = []
  let length = 0
  while (length < SNIFF_BYTES) {
    const next = await chunks.next()
    if (next.done === true) break
    parts.push(next.value)
    length += next.value.length
  }
  return { head: Buffer.concat(parts.map((part) => part.subarray(0, SNIFF_BYTES))), parts }
}

async function* rejoined(
  parts: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    // As one piece, so that whoever looks at the beginning sees enough of it.
    yield parts.length === 1 ? (parts[0] ?? new Uint8Array(0)) : Buffer.concat(parts)
    for (;;) {
      const next = await rest.next()
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await rest.return?.()
  }
}

async function* gunzipped(
  chunks: AsyncIterable<Uint8Array>,
  uri: string,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
  // The pipeline destroys `gunzip` with the first error, which the loop below then throws.
  pipeline(Readable.from(chunks), gunzip, () => undefined)
  let yieldedBytes = 0
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      yieldedBytes += chunk.length
      yield chunk
    }
  } catch (error) {
    if (!isZlibError(error)) throw error
    throw new QwError(
      'corrupt',
      `${uri} is damaged or cut short: gzip fails after ${yieldedBytes} uncompressed bytes (${messageOf(error)})`,
      { fix: 'put a complete copy of the file there; gzip -t FILE checks it', cause: error },
    )
  }
}

/** Pieces of at least a line and at most `CHUNK_BYTES`, whatever the source's own chunks are. */
async function* sizedChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += CHUNK_BYTES) {
      yield chunk.subarray(start, start + CHUNK_BYTES)
    }
  }
}

export function withoutByteOrderMark(chunk: Uint8Array): Uint8Array {
  const hasMark = chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf
  return hasMark ? chunk.subarray(3) : chunk
}

function countNewlines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++
  return count
}

function isZlibError(error: unknown): boolean {
  if (isQwError(error) || !(error instanceof Error) || !('code' in error)) return false
  return typeof error.code === 'string' && error.code.startsWith('Z_')
}
