import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { decodeSequence, encodeSequence } from '../bytes/int-sequence.ts'
import { openBlock, type SealOptions } from '../bytes/sealed-block.ts'
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import type { ByteRange } from '../ports.ts'

/*
 * Lengths of one field's texts: a sealed block holding a sequence of the exact number of tokens
 * per document, 0 without the field. Exact, so that a score can be checked by hand; texts of equal
 * length cost no bits.
 */
const SEAL: SealOptions = { level: 6, worthwhileShare: 0.7 }

/** Tokens per document; 0 without the field. */
export type Fieldnorms = Uint8Array | Uint16Array | Uint32Array

/** Where they stand, and of how many documents. */
export interface FieldnormsInfo extends ByteRange {
  readonly docCount: number
}

export function encodeFieldnorms(lengths: Uint32Array, queue: SealingQueue): Promise<Uint8Array> {
  const out = new ByteWriter(lengths.length)
  encodeSequence(lengths, lengths.length, out)
  return queue.seal(out.view(), SEAL)
}

/** `bytes` are those of the field's `fieldnorms` range. Throws `corrupt`. */
export function decodeFieldnorms(bytes: Uint8Array, docCount: number): Fieldnorms {
  const what = 'fieldnorms'
  const reader = new ByteReader(openBlock(bytes, what), what)
  const { values } = decodeSequence(reader, docCount)
  if (values instanceof Float64Array) throw reader.invalid('length beyond 2^32')
  return values
}
