/** Bytes that a varint of 64 bits takes at most. */
const MAX_VARINT_BYTES = 10
const MAX_BIT_WIDTH = 64

/** Reads on from `at`; a read past the end throws. */
export interface Reader {
  readonly view: DataView
  offset: number
}

/** By which some writers exceed the count with their last run. */
const SPARE_VALUES = 4_096

/**
 * Looks at the runs of the hybrid encoding (RLE and bit-packed) up to `count` values, and moves nothing.
 * The library repeats a value as often as a run says. Throws for a run much longer than what is left to
 * read, and for packed values that are not there.
 */
export function checkRuns({ view, offset }: Reader, width: number, count: number): void {
  const reader = { view, offset }
  for (let seen = 0; seen < count && reader.offset < view.byteLength;) {
    const header = varint(reader)
    const isPacked = header % 2 === 1
    const half = Math.floor(header / 2)
    const length = isPacked ? half * 8 : half
    const bytes = isPacked ? half * width : Math.ceil(width / 8)
    const isBorne = isPacked
      ? bytes <= view.byteLength - reader.offset
      : length <= count + SPARE_VALUES
    if (!isBorne) throw new Error(`a run says ${length} values where ${count - seen} are left`)
    reader.offset += bytes
    seen += length
  }
}

/**
 * Looks at the blocks of the delta encoding up to `count` values, and moves nothing: the library believes
 * the sizes of the blocks, steps back for a negative one, and makes each number as long as it goes on.
 * Gives the offset behind them.
 */
export function checkDeltas({ view, offset }: Reader, count: number): number {
  const reader = { view, offset }
  const blockSize = varint(reader)
  const miniblocks = varint(reader)
  varint(reader) // the count once more
  varint(reader) // the first value
  const perMiniblock = blockSize / miniblocks
  if (!Number.isInteger(perMiniblock) || perMiniblock === 0 || blockSize >= 2 ** 31) {
    throw new Error(`a block of ${blockSize} differences has ${miniblocks} parts`)
  }
  for (let seen = 1; seen < count;) {
    varint(reader) // the least difference
    const widths = reader.offset
    reader.offset += miniblocks
    if (reader.offset > view.byteLength) throw new Error(`a block has ${miniblocks} parts`)
    for (let i = 0; i < miniblocks && seen < count; i++) {
      const width = view.getUint8(widths + i)
      if (width > MAX_BIT_WIDTH) throw new Error(`a difference takes ${width} bits`)
      reader.offset += Math.ceil((perMiniblock * width) / 8)
      seen += perMiniblock
    }
  }
  return reader.offset
}

const ALP_HEADER_BYTES = 7
const ALP_OFFSET_BYTES = 4

/** Looks at a page in the ALP encoding: its vectors name their exceptions, which the library believes. */
export function checkAlp(view: DataView, count: number): void {
  const vectorSize = 2 ** view.getUint8(2)
  for (let i = 0; i * vectorSize < count; i++) {
    const at = ALP_HEADER_BYTES + view.getUint32(ALP_HEADER_BYTES + i * ALP_OFFSET_BYTES, true)
    const exceptions = view.getUint16(at + 2, true)
    if (exceptions > vectorSize)
      throw new Error(`${vectorSize} numbers have ${exceptions} exceptions`)
  }
}

function varint(reader: Reader): number {
  let value = 0
  for (let i = 0; i < MAX_VARINT_BYTES; i++) {
    const byte = reader.view.getUint8(reader.offset++)
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return value
  }
  throw new Error('a number has more than 64 bits')
}
