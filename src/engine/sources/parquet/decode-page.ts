import type { ParquetType } from 'hyparquet'
import { alpDecode } from 'hyparquet/src/alp.js'
import { deltaBinaryUnpack, deltaLengthByteArray } from 'hyparquet/src/delta.js'
import { byteStreamSplit, readRleBitPackedHybrid } from 'hyparquet/src/encoding.js'
import { readPlain } from 'hyparquet/src/plain.js'
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js'
import type { Budget } from './budget.ts'
import type { ParquetColumn } from './footer.ts'
import { MAX_PAGE_BYTES, type Page } from './page.ts'
import { checkAlp, checkDeltas, checkRuns, type Reader } from './run-checks.ts'

/** What a page says before it is made into rows. */
export interface DecodedPage {
  /** How deep each value repeats; undefined: the column does not. */
  readonly repetition: Uint8Array | undefined
  /** How much of its path each value has; undefined: all of it. */
  readonly definition: Uint8Array | undefined
  readonly maxDefinition: number
  /** Those that are not null, as they stand in the file; of a dictionary, numbers of its entries. */
  readonly values: ArrayLike<unknown>
  readonly isIndexed: boolean
  /** What the values take. */
  readonly bytes: number
}

interface Decoding {
  readonly column: ParquetColumn
  readonly budget: Budget
}

/** Decodes a page with the library's parts, each after a look at the lengths that it would believe. */
export function decodePage(page: Page, { column, budget }: Decoding): DecodedPage {
  const path = [...column.path]
  const maxDefinition = getMaxDefinitionLevel(path)
  const maxRepetition = getMaxRepetitionLevel(path)
  const { count, body } = page
  const reader = readerOf(body)
  const [before, behind] = (page.levels ?? [undefined, undefined]).map(
    (bytes) => bytes && readerOf(bytes),
  )
  const repetition = readLevels(before ?? reader, {
    maxLevel: maxRepetition,
    count,
    isApart: before !== undefined,
  })
  const levels = readLevels(behind ?? reader, {
    maxLevel: maxDefinition,
    count,
    isApart: behind !== undefined,
  })
  const nulls = nullsAmong(levels, maxDefinition)
  const definition = nulls === 0 && repetition === undefined ? undefined : levels
  const isIndexed = page.encoding.endsWith('_DICTIONARY')
  // From their own beginning, which the library's typed arrays need.
  const rest = body.slice(reader.offset)
  const reading = { column, encoding: page.encoding, count: count - nulls, budget }
  const values = count === nulls ? [] : readValues(readerOf(rest), reading)
  const bytes = page.encoding === 'DELTA_BYTE_ARRAY' ? bytesOf(values) : body.length
  return { repetition, definition, maxDefinition, values, isIndexed, bytes }
}

/** The entries of a dictionary: values without levels. */
export function decodeDictionary({ body, count }: Page, decoding: Decoding): ArrayLike<unknown> {
  if (count === 0) return []
  return readValues(readerOf(body), { ...decoding, encoding: 'PLAIN', count })
}

interface LevelReading {
  readonly maxLevel: number
  readonly count: number
  /** In bytes of their own, without their length before them. */
  readonly isApart: boolean
}

function readLevels(
  reader: Reader,
  { maxLevel, count, isApart }: LevelReading,
): Uint8Array | undefined {
  if (maxLevel === 0) return undefined
  const length = isApart ? reader.view.byteLength : reader.view.getUint32(reader.offset, true)
  if (!isApart) reader.offset += 4
  const width = bitsOf(maxLevel)
  checkRuns(reader, width, count)
  const levels = new Uint8Array(count)
  readRleBitPackedHybrid(reader, width, levels, length)
  return levels
}

function bitsOf(max: number): number {
  return 32 - Math.clz32(max)
}

function nullsAmong(levels: Uint8Array | undefined, maxLevel: number): number {
  let count = 0
  for (const level of levels ?? []) if (level !== maxLevel) count++
  return count
}

interface ValueReading extends Decoding {
  readonly encoding: string
  readonly count: number
}

/** `count` values, at least one. */
function readValues(reader: Reader, reading: ValueReading): ArrayLike<unknown> {
  const { column, encoding, count } = reading
  const { type } = column
  const { view } = reader
  const length = column.path.at(-1)?.element.type_length
  switch (encoding) {
    case 'PLAIN':
      checkRoom(view, count, plainBits(type, length))
      return readPlain(reader, type, count, length)
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY': {
      const width = view.getUint8(reader.offset++)
      if (width > 32) throw new Error(`a number of its dictionary takes ${width} bits`)
      const indexes = new Uint32Array(count)
      if (width > 0) readRuns(reader, width, indexes)
      return indexes
    }
    case 'RLE': {
      if (type !== 'BOOLEAN') throw new Error(`a page of ${type} in the encoding RLE`)
      const bits = new Uint8Array(count)
      reader.offset += 4 // their length
      readRuns(reader, 1, bits)
      return Array.from(bits, (bit) => bit === 1)
    }
    case 'DELTA_BINARY_PACKED': {
      const output = type === 'INT32' ? new Int32Array(count) : new BigInt64Array(count)
      checkDeltas(reader, count)
      deltaBinaryUnpack(reader, count, output)
      return output
    }
    case 'DELTA_LENGTH_BYTE_ARRAY': {
      const output: Uint8Array[] = []
      checkDeltas(reader, count)
      deltaLengthByteArray(reader, count, output)
      return output
    }
    case 'DELTA_BYTE_ARRAY':
      return readSuffixes(reader, reading)
    case 'BYTE_STREAM_SPLIT':
      checkRoom(view, count, plainBits(type, length))
      return byteStreamSplit(reader, count, type, length)
    case 'ALP':
      checkAlp(view, count)
      return alpDecode(reader, count, type)
    default:
      throw new Error(`a page in the encoding ${encoding}`)
  }
}

function readRuns(reader: Reader, width: number, output: Uint8Array | Uint32Array): void {
  checkRuns(reader, width, output.length)
  readRleBitPackedHybrid(reader, width, output, 0)
}

/** Texts that begin like the one before them: how much of it, then how long the rest is, then the rest.
 *  Few bytes can stand for many. */
function readSuffixes(reader: Reader, { count, budget }: ValueReading): Uint8Array[] {
  const [prefixes, suffixes] = [new Int32Array(count), new Int32Array(count)]
  for (const lengths of [prefixes, suffixes]) {
    checkDeltas(reader, count)
    deltaBinaryUnpack(reader, count, lengths)
  }
  const { view } = reader
  const texts: Uint8Array[] = []
  let last: Uint8Array = new Uint8Array(0)
  let made = 0
  for (let i = 0; i < count; i++) {
    const [prefix = 0, suffix = 0] = [prefixes[i], suffixes[i]]
    if (prefix < 0 || prefix > last.length) throw new Error('a text begins with more than there is')
    const rest = new Uint8Array(view.buffer, view.byteOffset + reader.offset, suffix)
    reader.offset += suffix
    if (prefix > 0) {
      made += prefix + suffix
      if (made > MAX_PAGE_BYTES)
        throw new Error(`a page comes to more than ${MAX_PAGE_BYTES} bytes`)
      budget.spend(prefix + suffix)
      const text = new Uint8Array(prefix + suffix)
      text.set(last.subarray(0, prefix))
      text.set(rest, prefix)
      last = text
    } else last = rest
    texts.push(last)
  }
  return texts
}

function bytesOf(values: ArrayLike<unknown>): number {
  let bytes = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value instanceof Uint8Array) bytes += value.length
  }
  return bytes
}

/** The least that a value takes; of a text, its length before it. */
function plainBits(type: ParquetType, length: number | undefined): number {
  switch (type) {
    case 'BOOLEAN':
      return 1
    case 'INT32':
    case 'FLOAT':
    case 'BYTE_ARRAY':
      return 32
    case 'INT64':
    case 'DOUBLE':
      return 64
    case 'INT96':
      return 96
    case 'FIXED_LEN_BYTE_ARRAY':
      if (length !== undefined && length > 0) return 8 * length
      throw new Error('a column of fixed lengths says none')
  }
}

function checkRoom({ byteLength }: DataView, count: number, bits: number): void {
  if (count * bits <= 8 * byteLength) return
  throw new Error(`a page of ${byteLength} bytes says that it has ${count} values of ${bits} bits`)
}

function readerOf(bytes: Uint8Array): Reader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
}
