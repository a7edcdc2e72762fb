import zlib from 'node:zlib'
import { QwError } from '../../errors.ts'
import { ZstdWindows } from './zstd-windows.ts'
import { UnpackError, unpackMembers, type ZlibEngine } from './zlib-members.ts'

/** Packed bytes given to the library at a time: bounds what it gives back at once. */
const PIECE_BYTES = 16 * 1024

/** Any number of zstd frames. Node has zstd from 22.15 on; before, a library in JavaScript does it, some
 *  ten times slower and without looking at checksums. Throws `UnpackError`. */
export function unpackZstd(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const open: unknown = Reflect.get(zlib, 'createZstdDecompress')
  if (typeof open !== 'function') return unpackInJavaScript(chunks)
  return unpackMembers(chunks, open as () => ZlibEngine) // node:zlib's own, newer than its types here
}

async function* unpackInJavaScript(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd')
  let outputs: Uint8Array[] = []
  let outputBytes = 0
  const stream = new Decompress((output) => {
    outputs.push(output)
    outputBytes += output.length
  })
  const windows = new ZstdWindows()
  let position = 0
  const push = (piece: Uint8Array, isLast: boolean): Uint8Array[] => {
    try {
      windows.push(piece)
      stream.push(piece, isLast)
    } catch (cause) {
      const isNoFrame = cause instanceof Error && 'code' in cause && cause.code === NO_FRAME
      const kind = isNoFrame && outputBytes > 0 ? 'trailing' : 'damaged'
      throw new UnpackError(kind, position, cause instanceof Error ? cause.message : '')
    }
    const taken = outputs
    outputs = []
    return taken
  }
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
      yield* push(chunk.subarray(start, start + PIECE_BYTES), false)
      position += PIECE_BYTES
    }
  }
  yield* push(new Uint8Array(0), true)
}

/** fzstd's code for bytes that begin no frame. */
const NO_FRAME = 0

/** A whole body at once. Throws `tooLarge` beyond `maxBytes`, `invalid` for what is not whole zstd. */
export async function zstdDecompressed(body: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const outputs: Uint8Array[] = []
  let length = 0
  try {
    for await (const output of unpackZstd(once(body))) {
      length += output.length
      if (length > maxBytes) {
        throw new QwError('tooLarge', `the body unpacks to more than ${maxBytes} bytes`)
      }
      outputs.push(output)
    }
  } catch (error) {
    if (!(error instanceof UnpackError)) throw error
    throw new QwError('invalid', `the body is not whole zstd: ${error.message}`, { cause: error })
  }
  return Buffer.concat(outputs)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
