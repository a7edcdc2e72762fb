import { elementAt } from '../../bytes/element-at.ts'

/** As deep as a document may nest. */
const MAX_DEPTH = 128

/** Bytes of the primitive types by their numbers, behind the byte with the type. */
const PRIMITIVE_BYTES = [0, 0, 0, 1, 2, 4, 8, 8, 5, 9, 17, 4, 8, 8, 4, 4, 4, 8, 8, 8, 16]
/** Bytes and texts, which begin with their length. */
const WITH_LENGTH = new Set([15, 16])

/**
 * Walks through a value of the VARIANT encoding and makes nothing. Its parts are found by offsets, which
 * may lead to the same part again and again: throws when it has more parts than bytes, when one lies
 * outside of it, and beyond `MAX_DEPTH`.
 */
export function checkVariant(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let parts = 0

  const value = (at: number, depth: number): void => {
    parts++
    if (parts > bytes.length || depth > MAX_DEPTH) {
      throw new Error(`a VARIANT of ${bytes.length} bytes has more than ${parts - 1} parts`)
    }
    const type = view.getUint8(at)
    const header = type >> 2
    switch (type & 3) {
      case 0:
        return primitive(at + 1, header)
      case 1: // a short text
        return checkEnd(at + 1 + header)
      case 2: {
        const idBytes = ((header >> 2) & 3) + 1
        return list(at + 1, { header, depth, isLarge: header >> 4 === 1, idBytes })
      }
      default:
        return list(at + 1, { header, depth, isLarge: header >> 2 === 1, idBytes: 0 })
    }
  }
  const checkEnd = (end: number): void => {
    if (end > bytes.length) throw new Error(`a VARIANT of ${bytes.length} bytes goes on to ${end}`)
  }
  const primitive = (at: number, type: number): void => {
    const size = elementAt(PRIMITIVE_BYTES, type)
    checkEnd(at + size + (WITH_LENGTH.has(type) ? view.getUint32(at, true) : 0))
  }
  /** An object, whose fields have the numbers of their names first, or an array. */
  const list = (at: number, { header, depth, isLarge, idBytes }: ListShape): void => {
    const count = isLarge ? view.getUint32(at, true) : view.getUint8(at)
    const offsetBytes = (header & 3) + 1
    const offsets = at + (isLarge ? 4 : 1) + count * idBytes
    const values = offsets + (count + 1) * offsetBytes
    checkEnd(values)
    for (let i = 0; i < count; i++) {
      value(values + unsigned(bytes, offsets + i * offsetBytes, offsetBytes), depth + 1)
    }
  }

  value(0, 0)
}

interface ListShape {
  readonly header: number
  readonly depth: number
  readonly isLarge: boolean
  readonly idBytes: number
}

/** Looks at the names of a VARIANT, and gives their count. Throws when one lies outside of its bytes. */
export function checkVariantNames(bytes: Uint8Array): number {
  const offsetBytes = (elementAt(bytes, 0) >> 6) + 1
  const count = unsigned(bytes, 1, offsetBytes)
  const offsets = 1 + offsetBytes
  const names = offsets + (count + 1) * offsetBytes
  if (names > bytes.length) throw new Error(`${bytes.length} bytes have ${count} names`)
  let last = 0
  for (let i = 0; i <= count; i++) {
    const offset = unsigned(bytes, offsets + i * offsetBytes, offsetBytes)
    if (offset < last || names + offset > bytes.length) throw new Error('a name lies elsewhere')
    last = offset
  }
  return count
}

function unsigned(bytes: Uint8Array, at: number, size: number): number {
  let value = 0
  for (let i = 0; i < size; i++) value += elementAt(bytes, at + i) * 2 ** (8 * i)
  return value
}
