import zlib from 'node:zlib'
import { QwError } from '../errors.ts'
import type { Source } from './source.ts'
import { utf16ToUtf8 } from './unpack/utf16.ts'
import { UnpackError, unpackMembers } from './unpack/zlib-members.ts'
import { unpackZstd } from './unpack/zstd.ts'

/** Bytes of a source that tell how it is packed. */
const SNIFF_BYTES = 512
/** Unpacked bytes handed on at a time: some thousand lines, little enough to stop between two. */
const CHUNK_BYTES = 1024 * 1024

type Unpack = (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>

interface Compression {
  readonly name: string
  readonly magic: readonly number[]
  readonly unpack: Unpack
  /** Tells what is wrong with a file. */
  readonly checkWith: string
}

const COMPRESSIONS: readonly Compression[] = [
  {
    name: 'gzip',
    magic: [0x1f, 0x8b],
    unpack: (chunks) => unpackMembers(chunks, () => zlib.createGunzip({ chunkSize: CHUNK_BYTES })),
    checkWith: 'gzip -t FILE',
  },
  {
    name: 'zstd',
    magic: [0x28, 0xb5, 0x2f, 0xfd],
    unpack: unpackZstd,
    checkWith: 'zstd -t FILE',
  },
  // What programs of Windows write. Without a mark it is refused, since it may be anything.
  {
    name: 'UTF-16 (little-endian)',
    magic: [0xff, 0xfe],
    unpack: (chunks) => utf16ToUtf8(chunks, 'utf-16le'),
    checkWith: 'iconv -f UTF-16 -t UTF-8 FILE',
  },
  {
    name: 'UTF-16 (big-endian)',
    magic: [0xfe, 0xff],
    unpack: (chunks) => utf16ToUtf8(chunks, 'utf-16be'),
    checkWith: 'iconv -f UTF-16 -t UTF-8 FILE',
  },
]

/** Known and not read, with what to do instead. */
const REFUSED: readonly (readonly [name: string, magic: readonly number[], fix: string])[] = [
  ['a zip archive', [0x50, 0x4b, 0x03, 0x04], 'unpack it: unzip -p FILE | gzip > FILE.gz'],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], 'pack it with gzip: xz -dc FILE | gzip > FILE.gz'],
  ['bzip2', [0x42, 0x5a, 0x68], 'pack it with gzip: bzip2 -dc FILE | gzip > FILE.gz'],
  ['lz4', [0x04, 0x22, 0x4d, 0x18], 'pack it with gzip: lz4 -dc FILE | gzip > FILE.gz'],
  [
    'snappy frames',
    [0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59],
    'pack it with gzip: snzip -dc FILE | gzip > FILE.gz',
  ],
]

export interface UnpackOptions {
  readonly signal?: AbortSignal | undefined
  /** Told about every chunk of the source as it came, packed or not. */
  readonly onRead?: ((byteCount: number) => void) | undefined
}

/**
 * The bytes of a source, unpacked, in chunks of at most `CHUNK_BYTES`. How it is packed is judged by
 * content, never by name. Throws `invalid` (INGEST-FORMAT) for what is known and not read, and `corrupt`
 * (SOURCE-DAMAGED) for packed bytes that are damaged, cut short, or followed by something else, after
 * everything before was yielded.
 */
export async function* decompressed(
  source: Source,
  { signal, onRead }: UnpackOptions,
): AsyncGenerator<Uint8Array> {
  const chunks = counted(source.open(signal), onRead)[Symbol.asyncIterator]()
  const { head, parts } = await readHead(chunks)
  const all = rejoined(parts, chunks)
  const compression = COMPRESSIONS.find(({ magic }) => startsWith(head, magic))
  if (compression === undefined) {
    for (const [name, magic, fix] of REFUSED) {
      if (startsWith(head, magic)) throw refused(name, fix)
    }
    yield* sized(all)
    return
  }
  try {
    yield* sized(oneAhead(compression.unpack(all)))
  } catch (error) {
    throw error instanceof UnpackError ? brokenSource(source.uri, compression, error) : error
  }
}

function brokenSource(uri: string, { name, checkWith }: Compression, error: UnpackError): QwError {
  if (error.kind === 'trailing') {
    return new QwError('corrupt', `${uri} holds whole ${name} and after it bytes that are not`, {
      code: 'SOURCE-DAMAGED',
      why: `${name} ends within 64 KiB after byte ${error.at} of the file`,
      fix: 'put a clean copy of the file there, or unpack it and take what is whole',
      cause: error,
    })
  }
  const message = `${uri} is damaged or cut short: ${name} fails near byte ${error.at} of the file (${error.message})`
  const fix = `put a complete copy of the file there; ${checkWith} checks it`
  return new QwError('corrupt', message, { code: 'SOURCE-DAMAGED', fix, cause: error })
}

export function refused(name: string, fix: string): QwError {
  return new QwError('invalid', `the source looks like ${name}, which is not read`, {
    code: 'INGEST-FORMAT',
    fix,
  })
}

/** Parquet begins so: a file that is read from its end. */
const PARQUET = [0x50, 0x41, 0x52, 0x31]

/** Whether what begins so is known only as a whole: no line of it can be read as it is written. */
export function isPacked(head: Uint8Array): boolean {
  const magics = [...COMPRESSIONS, ...REFUSED.map(([, magic]) => ({ magic }))]
  return startsWith(head, PARQUET) || magics.some(({ magic }) => startsWith(head, magic))
}

export function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte)
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
    // A source that is read while it is written has no more for now.
    if (next.value.length === 0 && length > 0) break
  }
  return { head: Buffer.concat(parts.map((part) => part.subarray(0, SNIFF_BYTES))), parts }
}

async function* rejoined(
  parts: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* parts
    for (;;) {
      const next = await rest.next()
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await rest.return?.()
  }
}

/** Asks for the next chunk before this one is worked on, so that unpacking, which has threads of its
 *  own, goes on meanwhile. */
async function* oneAhead(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  const ask = (): Promise<IteratorResult<Uint8Array>> => {
    const next = iterator.next()
    // A failure is reported when its turn comes, or not at all when nobody asks any more.
    next.catch(() => undefined)
    return next
  }
  try {
    for (let next = ask(); ;) {
      const { done, value } = await next
      if (done === true) return
      next = ask()
      yield value
    }
  } finally {
    await iterator.return?.()
  }
}

/** Pieces of at most `CHUNK_BYTES`, whatever the source's own chunks are. */
async function* sized(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (chunk.length === 0) yield chunk
    for (let start = 0; start < chunk.length; start += CHUNK_BYTES) {
      yield chunk.subarray(start, start + CHUNK_BYTES)
    }
  }
}
