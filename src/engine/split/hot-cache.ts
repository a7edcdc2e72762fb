import { crc32 } from 'node:zlib'
import { elementAt } from '../bytes/element-at.ts'
import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { QwError } from '../errors.ts'
import type { ByteRange } from '../ports.ts'
import type { SplitFooter } from './footer.ts'

/*
 * The hot cache of an index: what opens its splits, of many of them in one object, so that a process that
 * has read nothing asks once instead of once for each split. A copy of bytes that the splits have, and
 * nothing else: who does without it reads more and answers the same.
 *
 *    0 magic "QWHOT" and three zero bytes
 *    8 version u8
 *    9 writeId text       another one with every writing, so that no two versions have the same ETag
 *      indexUid text
 *      splitCount varint, then the splits:
 *        splitId text
 *        chunkCount varint, per chunk: start varint, size varint, bytes
 *      crc u32            CRC-32 of all bytes before it
 *
 * A chunk is [start, start + size) of the split's file; the first one is its footer, the others are
 * dictionaries.
 */
const HOT_CACHE_VERSION = 1
const MAGIC = Uint8Array.of(0x51, 0x57, 0x48, 0x4f, 0x54, 0, 0, 0)
const CRC_BYTES = 4
const WHAT = 'hot cache'

/** Splits up to this size are read whole, in one request: nothing of them is in the hot cache. */
export const WHOLE_SPLIT_BYTES = 512 * 1024
/** Chunks of all splits together: some 500 splits' worth. S3 sends it in the time of five round trips; of
 *  the reads that it saves a dozen cost as much as that time. */
const HOT_CACHE_BYTES = 12 * 1024 * 1024
/** Dictionaries of one split together, and how many. */
const DICTIONARIES_BYTES = 32 * 1024
const DICTIONARIES = 16
/** A larger dictionary is read block by block, where a term may stand. */
const DICTIONARY_BYTES = 16 * 1024

/** Bytes of a split's file from `start` on. */
export interface HotChunk {
  readonly start: number
  readonly bytes: Uint8Array
}

/** Of one split: the footer, then dictionaries. */
type HotSplit = readonly HotChunk[]

export interface HotCache {
  readonly writeId: string
  readonly indexUid: string
  readonly splits: ReadonlyMap<string, HotSplit>
}

export function encodeHotCache({ writeId, indexUid, splits }: HotCache): Uint8Array {
  const out = new ByteWriter(64 * 1024)
  out.bytes(MAGIC)
  out.u8(HOT_CACHE_VERSION)
  out.text(writeId)
  out.text(indexUid)
  out.varint(splits.size)
  for (const [splitId, chunks] of splits) {
    out.text(splitId)
    out.varint(chunks.length)
    for (const { start, bytes } of chunks) {
      out.varint(start)
      out.sized(bytes)
    }
  }
  out.u32(crc32(out.view()))
  return out.copy()
}

/** Chunks are views of `bytes`. Throws `corrupt`, and `invalid` for another version. */
export function decodeHotCache(bytes: Uint8Array): HotCache {
  const end = bytes.length - CRC_BYTES
  if (end < MAGIC.length || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new QwError('corrupt', `${WHAT} does not start with QWHOT`)
  }
  if (new ByteReader(bytes, WHAT, end).u32() !== crc32(bytes.subarray(0, end))) {
    throw new QwError('corrupt', `${WHAT} has a wrong checksum`)
  }
  const reader = new ByteReader(bytes.subarray(0, end), WHAT, MAGIC.length)
  const version = reader.u8()
  if (version !== HOT_CACHE_VERSION) {
    throw new QwError('invalid', `${WHAT} has version ${version}, not ${HOT_CACHE_VERSION}`)
  }
  const writeId = reader.text()
  const indexUid = reader.text()
  const splits = new Map<string, HotSplit>()
  for (let left = reader.varint(); left > 0; left--) {
    const splitId = reader.text()
    const chunks: HotChunk[] = []
    for (let more = reader.varint(); more > 0; more--) {
      chunks.push({ start: reader.varint(), bytes: reader.sized() })
    }
    splits.set(splitId, chunks)
  }
  if (reader.remaining > 0) throw reader.invalid('bytes after the last split')
  return { writeId, indexUid, splits }
}

/** Which dictionaries come with a footer: whole small ones, the smallest first, since fields of few terms
 *  are asked for most. None of dates that have a column, which answers for their ranges. */
export function hotDictionaries({ fields }: SplitFooter): ByteRange[] {
  const dictionaries = [...fields.values()]
    .flatMap(({ type, terms, column }) => {
      if (terms === undefined || terms.firstTerms.length === 0) return []
      if (type === 'date' && column !== undefined) return []
      const { blockStarts } = terms
      return {
        start: elementAt(blockStarts, 0),
        end: elementAt(blockStarts, blockStarts.length - 1),
      }
    })
    .filter(({ start, end }) => end - start <= DICTIONARY_BYTES)
    .toSorted((a, b) => a.end - a.start - (b.end - b.start) || a.start - b.start)
  const chosen: ByteRange[] = []
  let bytes = 0
  for (const { start, end } of dictionaries.slice(0, DICTIONARIES)) {
    bytes += end - start
    if (bytes > DICTIONARIES_BYTES) break
    chosen.push({ start, end })
  }
  return chosen
}

/** Those whose footers there is room for, in the order given; one too large for what is left is passed
 *  over. Room for dictionaries is what they leave. */
export function withRoomForFooter<Split extends { readonly footer: ByteRange }>(
  splits: readonly Split[],
  limitBytes = HOT_CACHE_BYTES,
): Split[] {
  let left = limitBytes
  return splits.filter(({ footer }) => {
    const bytes = footer.end - footer.start
    if (bytes > left) return false
    left -= bytes
    return true
  })
}

/** The same splits, with as many dictionaries as there is room for: the first of each split, in the order
 *  given, then the second of each, and so on. */
export function withRoomForDictionaries(
  splits: ReadonlyMap<string, HotSplit>,
  limitBytes = HOT_CACHE_BYTES,
): Map<string, HotSplit> {
  const taken = new Map<string, HotChunk[]>()
  let left = limitBytes
  for (let at = 0; at <= DICTIONARIES; at++) {
    for (const [splitId, chunks] of splits) {
      const chunk = chunks[at]
      const own = taken.get(splitId) ?? []
      // One that did not fit ends its split's row.
      if (chunk === undefined || own.length < at || chunk.bytes.length > left) continue
      left -= chunk.bytes.length
      taken.set(splitId, [...own, chunk])
    }
  }
  return taken
}
