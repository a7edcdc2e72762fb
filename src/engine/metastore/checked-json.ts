import { crc32 } from 'node:zlib'
import { QwError } from '../errors.ts'
import { type Fields, parseFields } from './json-fields.ts'

/*
 * A JSON object that checks itself: its last member is the CRC-32 of all bytes before that member's
 * comma, in eight hexadecimal digits.
 *
 *   {"format":3, … ,"crc32":"1a2b3c4d"}
 */
const TAIL = /^,"crc32":"([0-9a-f]{8})"\}$/
const TAIL_BYTES = ',"crc32":"00000000"}'.length

/** `json` is the text of an object that has at least one member. */
export function checkedJson(json: string): Uint8Array {
  const body = Buffer.from(json.slice(0, -1))
  return Buffer.concat([body, Buffer.from(`,"crc32":"${checksumOf(body)}"}`)])
}

/** Throws `corrupt` when a checksum is there and is not that of the bytes. */
export function parseChecked(
  bytes: Uint8Array,
  what: string,
): { readonly fields: Fields; readonly isChecked: boolean } {
  const at = Math.max(0, bytes.length - TAIL_BYTES)
  const written = TAIL.exec(Buffer.from(bytes.subarray(at)).toString('latin1'))?.[1]
  if (written !== undefined && written !== checksumOf(bytes.subarray(0, at))) {
    throw new QwError('corrupt', `${what} is damaged: its checksum does not match`)
  }
  return { fields: parseFields(bytes, what), isChecked: written !== undefined }
}

/** For what is of a format that has a checksum, or of none that is known. */
export function assertChecked(isChecked: boolean, what: string): void {
  if (!isChecked) throw new QwError('corrupt', `${what} is damaged: its checksum is missing`)
}

function checksumOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0')
}
