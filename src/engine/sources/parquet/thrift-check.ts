/** Structs of a Parquet file nest about six deep. */
const MAX_DEPTH = 24
/** Numbers, texts, lists and structs of one footer: about 200,000 column chunks. */
const MAX_VALUES = 8_000_000
/** What 64 bits take, seven to a byte. */
const MAX_VARINT_BYTES = 10

const BYTE = 3

/**
 * Offset of the first byte behind the struct that begins at `start`, in Thrift's compact protocol. Makes
 * nothing: the library makes a list as long as it says before it reads its first element, goes as deep
 * as the bytes do, and shifts a number for as long as its bytes go on. Throws when a length has not the
 * bytes for it, and beyond the limits above.
 */
export function endOfStruct(bytes: Uint8Array, start: number): number {
  let at = start
  let valueCount = 0

  const skip = (count: number): void => {
    if (count > bytes.length - at) throw new Error('the metadata is cut off')
    at += count
  }
  const nextByte = (): number => {
    skip(1)
    return bytes[at - 1] as number
  }
  const varint = (): number => {
    let value = 0
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = nextByte()
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) return value
    }
    throw new Error('the metadata has a number of more than 64 bits')
  }
  const list = (depth: number): void => {
    const head = nextByte()
    const size = head >> 4 === 15 ? varint() : head >> 4
    if (size > bytes.length - at) throw new Error(`the metadata has a list of ${size} elements`)
    const type = head & 0x0f
    // A truth value takes a byte in a list; as a field it is its type.
    for (let i = 0; i < size; i++) element(type < BYTE ? BYTE : type, depth)
  }
  const struct = (depth: number): void => {
    if (depth > MAX_DEPTH) throw new Error(`the metadata nests more than ${MAX_DEPTH} structs`)
    for (let head = nextByte(); (head & 0x0f) !== 0; head = nextByte()) {
      if (head >> 4 === 0) varint()
      element(head & 0x0f, depth)
    }
  }
  /** The types of the protocol by their numbers. */
  function element(type: number, depth: number): void {
    valueCount++
    if (valueCount > MAX_VALUES) throw new Error(`the metadata has more than ${MAX_VALUES} values`)
    if (type < BYTE) return // true and false
    if (type === BYTE) skip(1)
    else if (type < 7) varint() // i16, i32, i64
    else if (type === 7) skip(8) // double
    else if (type === 8) skip(varint()) // binary
    else if (type === 9) list(depth + 1)
    else if (type === 12) struct(depth + 1)
    else throw new Error(`the metadata has a value of Thrift's type ${type}`)
  }

  struct(0)
  return at
}
