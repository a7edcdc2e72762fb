import { elementAt } from './element-at.ts'
import { promisify } from 'node:util'
import { crc32, deflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib'
import { QwError } from '../errors.ts'

/*
 * A sealed block: content that checks itself, whatever file it stands in.
 *
 *   0 crc u32 LE       CRC-32 (IEEE, as in zlib) of all bytes after it
 *   4 codec u8         see Codec
 *   5 rawBytes u32 LE  size of the content once unpacked
 *   9 payload
 */
export const SEALED_HEADER_BYTES = 9

const Codec = { stored: 0, deflateRaw: 1 } as const

/** Content above this size would not fit the header; nothing that a split holds comes near. */
const MAX_RAW_BYTES = 2 ** 32 - 1
/** Below this size deflate rarely pays for itself; thousands of sparse fields have such blocks. */
const MIN_DEFLATE_BYTES = 160
/** Up to this size the way to the thread pool and back takes longer than the compression: 158 against
 *  74 microseconds at 8 kB. Small splits are made without leaving the event loop's turn. */
const MAX_DEFLATE_HERE_BYTES = 8192

const deflateRawAsync = promisify(deflateRaw)

export interface SealOptions {
  /** zlib level; 0 stores. */
  readonly level: number
  /** Deflate is kept only when its size is at most this share of the content's. */
  readonly worthwhileShare: number
}

export const SEAL_STORED: SealOptions = { level: 0, worthwhileShare: 0 }

/** Compresses large content in zlib's thread pool. `raw` must not change before the promise settles. */
export async function sealBlock(raw: Uint8Array, options: SealOptions): Promise<Uint8Array> {
  if (raw.length > MAX_RAW_BYTES) {
    throw new QwError('tooLarge', `split section of ${raw.length} bytes exceeds ${MAX_RAW_BYTES}`, {
      fix: 'lower split_num_docs_target',
    })
  }
  if (options.level > 0 && raw.length >= MIN_DEFLATE_BYTES) {
    // One output chunk: each further one is a trip through the event loop.
    const settings = { level: options.level, chunkSize: raw.length + 1024, memLevel: 9 }
    const isSmall = raw.length <= MAX_DEFLATE_HERE_BYTES
    const deflated = isSmall ? deflateRawSync(raw, settings) : await deflateRawAsync(raw, settings)
    if (deflated.length <= raw.length * options.worthwhileShare) {
      return frame(Codec.deflateRaw, raw.length, deflated)
    }
  }
  return frame(Codec.stored, raw.length, raw)
}

function frame(codec: number, rawBytes: number, payload: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(SEALED_HEADER_BYTES + payload.length)
  const view = new DataView(sealed.buffer)
  sealed[4] = codec
  view.setUint32(5, rawBytes, true)
  sealed.set(payload, SEALED_HEADER_BYTES)
  view.setUint32(0, crc32(sealed.subarray(4)), true)
  return sealed
}

/** The content. `what` names the structure in errors. Throws `corrupt`. */
export function openBlock(sealed: Uint8Array, what: string): Uint8Array {
  checkBlock(sealed, what)
  const view = new DataView(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const rawBytes = view.getUint32(5, true)
  const raw = unpack(elementAt(sealed, 4), sealed.subarray(SEALED_HEADER_BYTES), { rawBytes, what })
  if (raw.length !== rawBytes) {
    throw new QwError('corrupt', `${what} has ${raw.length} bytes instead of ${rawBytes}`)
  }
  return raw
}

/** For blocks that are copied unopened. Throws `corrupt`. */
export function checkBlock(sealed: Uint8Array, what: string): void {
  if (sealed.length < SEALED_HEADER_BYTES) {
    throw new QwError('corrupt', `${what} is truncated bytes=${sealed.length}`)
  }
  const view = new DataView(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const expected = view.getUint32(0, true)
  const actual = crc32(sealed.subarray(4))
  if (expected !== actual) {
    throw new QwError(
      'corrupt',
      `${what} has a wrong checksum expected=${expected} actual=${actual}`,
    )
  }
}

function unpack(
  codec: number,
  payload: Uint8Array,
  { rawBytes, what }: { readonly rawBytes: number; readonly what: string },
): Uint8Array {
  if (codec === Codec.stored) return payload
  if (codec !== Codec.deflateRaw) throw new QwError('corrupt', `${what} has unknown codec ${codec}`)
  try {
    const chunkSize = Math.max(64, rawBytes)
    return inflateRawSync(payload, { chunkSize, maxOutputLength: Math.max(1, rawBytes) })
  } catch (cause) {
    throw new QwError('corrupt', `${what} does not inflate`, { cause })
  }
}
