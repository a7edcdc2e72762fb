import { QwError } from '../errors.ts'

/** How a source's bytes have to be read before they are lines. */
type SourceCompression = 'none' | 'gzip'

/** Bytes that `recogniseCompression` and `refuseOtherText` look at. */
export const SNIFF_BYTES = 512

const REFUSED: readonly (readonly [name: string, magic: readonly number[], fix: string])[] = [
  ['Parquet', [0x50, 0x41, 0x52, 0x31], 'export it as newline-delimited JSON'],
  ['a zip archive', [0x50, 0x4b, 0x03, 0x04], 'unpack it: unzip -p FILE | gzip'],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd], 'pack it with gzip: zstd -dc FILE | gzip'],
  ['bzip2', [0x42, 0x5a, 0x68], 'pack it with gzip: bzip2 -dc FILE | gzip'],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], 'pack it with gzip: xz -dc FILE | gzip'],
  ['lz4', [0x04, 0x22, 0x4d, 0x18], 'pack it with gzip: lz4 -dc FILE | gzip'],
  ['Avro', [0x4f, 0x62, 0x6a, 0x01], 'export it as newline-delimited JSON'],
  ['ORC', [0x4f, 0x52, 0x43], 'export it as newline-delimited JSON'],
]

/** Judged by content, never by name. Throws `invalid` (INGEST-FORMAT) for formats that are known and not read. */
export function recogniseCompression(head: Uint8Array): SourceCompression {
  if (startsWith(head, [0x1f, 0x8b])) return 'gzip'
  for (const [name, magic, fix] of REFUSED) if (startsWith(head, magic)) throw refused(name, fix)
  return 'none'
}

/** Throws `invalid` (INGEST-FORMAT) for text that is not NDJSON as a whole; single bad lines are rejections. */
export function refuseOtherText(head: Uint8Array): void {
  if (startsWith(head, [0xff, 0xfe])) throw refused('UTF-16 (little-endian)', utf8Fix('UTF-16LE'))
  if (startsWith(head, [0xfe, 0xff])) throw refused('UTF-16 (big-endian)', utf8Fix('UTF-16BE'))
  if (startsWith(head, [0x7b, 0x00])) throw refused('UTF-16 (little-endian)', utf8Fix('UTF-16LE'))
  if (startsWith(head, [0x00, 0x7b])) throw refused('UTF-16 (big-endian)', utf8Fix('UTF-16BE'))
  if (/^\s*\[\s*\{/.test(Buffer.from(head.subarray(0, SNIFF_BYTES)).toString('latin1'))) {
    throw refused('a JSON array', "write one document per line: jq -c '.[]' FILE")
  }
}

function utf8Fix(from: string): string {
  return `convert it to UTF-8: iconv -f ${from} -t UTF-8 FILE`
}

function refused(name: string, fix: string): QwError {
  return new QwError('invalid', `the source looks like ${name}; newline-delimited JSON is read`, {
    code: 'INGEST-FORMAT',
    fix,
  })
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte)
}
