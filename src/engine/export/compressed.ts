import { pipeline, Readable, type Duplex } from 'node:stream'
import zlib from 'node:zlib'
import { QwError } from '../errors.ts'

export const COMPRESSIONS = ['none', 'gzip', 'zstd'] as const
export type Compression = (typeof COMPRESSIONS)[number]

export const COMPRESSION_SUFFIX: Readonly<Record<Compression, string>> = {
  none: '',
  gzip: '.gz',
  zstd: '.zst',
}

/** The bytes, compressed as one stream while they come. Throws as `compressor` does. */
export function compressed(
  chunks: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncIterable<Uint8Array> {
  const stream = compressor(compression)
  if (stream === undefined) return chunks
  // A failure of the chunks ends the stream with it, and so reaches whoever reads.
  pipeline(Readable.from(chunks, { objectMode: true, highWaterMark: 1 }), stream, () => undefined)
  return stream
}

/** Undefined: as they are. Throws `invalid` where this Node has no zstd. */
export function compressor(compression: Compression): Duplex | undefined {
  switch (compression) {
    case 'none':
      return undefined
    case 'gzip':
      return zlib.createGzip()
    case 'zstd':
      return zstdOfThisNode()
  }
}

/** Node has it from 22.15 on. */
function zstdOfThisNode(): Duplex {
  const create: unknown = Reflect.get(zlib, 'createZstdCompress')
  if (typeof create === 'function') return (create as () => Duplex)() // made like the others
  throw new QwError('invalid', 'this Node cannot write zstd', {
    why: 'it came with Node 22.15',
    fix: 'run it with a newer Node, or take gzip: --compress gzip',
  })
}
