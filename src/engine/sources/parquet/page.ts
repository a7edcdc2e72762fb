import zlib from 'node:zlib'
import type { Compressors, PageHeader } from 'hyparquet'
import { decompressPage } from 'hyparquet/src/datapage.js'
import type { Budget } from './budget.ts'
import { checkedCount, type ParquetColumn } from './footer.ts'

/** The longest that known programs write, dictionaries aside, is 100 MB. */
export const MAX_PAGE_BYTES = 128 * 2 ** 20
/** A page of one repeated value takes as many bytes, however often it is repeated. */
const MAX_PAGE_VALUES = 32 * 2 ** 20

/** A page of values or of a dictionary, unpacked, whichever version its header has. */
export interface Page {
  readonly isDictionary: boolean
  readonly encoding: string
  /** How many values, those that are null included. */
  readonly count: number
  /** Repetition levels, then definition levels, where the column has them; undefined: before the values,
   *  each with its length before it. */
  readonly levels: readonly [Uint8Array, Uint8Array] | undefined
  /** In a buffer of their own: the library reads past a view, and not past its buffer. */
  readonly body: Uint8Array<ArrayBuffer>
}

interface PageReading {
  readonly column: ParquetColumn
  readonly budget: Budget
}

/** How many values a page says it has, and how many bytes it takes: to be asked before it is unpacked. */
export function sizeOfPage(
  header: PageHeader,
  bytesLeft: number,
): { bytes: number; count: number } {
  checkedCount(header.uncompressed_page_size, MAX_PAGE_BYTES, 'bytes in a page')
  const bytes = checkedCount(header.compressed_page_size, bytesLeft, 'bytes in a packed page')
  const { data_page_header: v1, data_page_header_v2: v2, dictionary_page_header: dict } = header
  const said = { DATA_PAGE: v1, DATA_PAGE_V2: v2, DICTIONARY_PAGE: dict, INDEX_PAGE: undefined }
  const body = said[header.type]
  if (body === undefined)
    throw new Error(`a page of type ${header.type} says nothing of its values`)
  return { bytes, count: checkedCount(body.num_values, MAX_PAGE_VALUES, 'values in a page') }
}

/** Unpacks a page whose size was checked. */
export function openPage(
  header: PageHeader,
  packed: Uint8Array,
  { column, budget }: PageReading,
): Page {
  const { data_page_header: v1, data_page_header_v2: v2, dictionary_page_header: dict } = header
  const unpackedBytes = Number(header.uncompressed_page_size)
  budget.spend(unpackedBytes)
  const unpacked = (bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(decompressPage(bytes, length, column.codec, COMPRESSORS))
  if (v2 !== undefined && header.type === 'DATA_PAGE_V2') {
    const { num_values: count, encoding, is_compressed: isPacked = true } = v2
    const most = Math.min(packed.length, unpackedBytes)
    const repetition = checkedCount(v2.repetition_levels_byte_length, most, 'bytes of levels')
    const left = most - repetition
    const definition = checkedCount(v2.definition_levels_byte_length, left, 'bytes of levels')
    const levelBytes = repetition + definition
    const rest = packed.subarray(levelBytes)
    // Of no values not even an empty stream is left.
    const isPlain = !isPacked || unpackedBytes === levelBytes
    return {
      isDictionary: false,
      encoding,
      count,
      levels: [packed.subarray(0, repetition), packed.subarray(repetition, levelBytes)],
      body: isPlain ? Uint8Array.from(rest) : unpacked(rest, unpackedBytes - levelBytes),
    }
  }
  const isDictionary = header.type === 'DICTIONARY_PAGE'
  const said = isDictionary ? dict : v1
  return {
    isDictionary,
    encoding: isDictionary ? 'PLAIN' : (said?.encoding ?? ''),
    count: said?.num_values ?? 0,
    levels: undefined,
    body: unpacked(packed, unpackedBytes),
  }
}

const COMPRESSORS: Compressors = {
  GZIP: (input, bytes) => zlib.gunzipSync(input, atMost(bytes)),
  BROTLI: (input, bytes) => zlib.brotliDecompressSync(input, atMost(bytes)),
  ...zstdOfThisNode(),
}

/** A page is no longer than its header says. */
function atMost(pageBytes: number): { readonly maxOutputLength: number } {
  return { maxOutputLength: Math.max(1, pageBytes) }
}

/** Node has it from 22.15 on. */
function zstdOfThisNode(): Compressors {
  const unpack: unknown = Reflect.get(zlib, 'zstdDecompressSync')
  if (typeof unpack !== 'function') return {}
  const unzstd = unpack as typeof zlib.gunzipSync // takes what the others take
  return { ZSTD: (input, bytes) => unzstd(input, atMost(bytes)) }
}
