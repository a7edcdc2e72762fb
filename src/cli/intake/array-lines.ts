// Casts to number: indexes into a Uint8Array are below its length.

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const NEWLINE = 0x0a
const SPACE = 0x20

/** Whether text begins as an array of objects, which is one JSON document and not one a line. */
export function beginsAsArray(head: Uint8Array): boolean {
  const text = Buffer.from(head.subarray(0, 512)).toString('utf8')
  return /^\uFEFF?\s*\[\s*(?:\{|\])/.test(text)
}

/**
 * The elements of one JSON array as lines, in the order and with the bytes that they have; white space
 * and line ends between their tokens become spaces. Line numbers are then element numbers. What is no
 * JSON passes through and is rejected as a document. The bytes depend on the input alone, so that
 * a position in them can be resumed at.
 */
export async function* arrayLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const scanner = new ArrayScanner()
  for await (const chunk of chunks) {
    const lines = scanner.push(chunk)
    if (lines.length > 0) yield lines
  }
}

class ArrayScanner {
  /** 0 before the array and after it, 1 between its elements. */
  #depth = 0
  #inString = false
  #escaped = false
  #elementBytes = 0

  push(chunk: Uint8Array): Uint8Array {
    const out = new Uint8Array(chunk.length)
    let length = 0
    for (let i = 0; i < chunk.length; i++) {
      const byte = this.#step(chunk[i] as number)
      if (byte !== undefined) out[length++] = byte
    }
    return out.subarray(0, length)
  }

  /** The byte to write for this one; undefined for none. */
  #step(byte: number): number | undefined {
    if (this.#inString) return this.#stepInString(byte)
    if (this.#depth <= 1 && (byte <= SPACE || isByteOrderMark(byte))) return undefined
    if (this.#depth === 1 && byte === COMMA) return this.#endElement()
    if (this.#depth === 1 && byte === CLOSE_ARRAY) {
      this.#depth = 0
      return this.#elementBytes === 0 ? undefined : this.#endElement()
    }
    if (this.#depth === 0 && byte === OPEN_ARRAY) {
      this.#depth = 1
      return undefined
    }
    if (byte === QUOTE) this.#inString = true
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth++
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#depth--
    this.#elementBytes++
    return byte < SPACE ? SPACE : byte
  }

  #stepInString(byte: number): number {
    if (this.#escaped) this.#escaped = false
    else if (byte === BACKSLASH) this.#escaped = true
    else if (byte === QUOTE) this.#inString = false
    // A raw line end inside a string is no JSON: the line is cut there and rejected.
    if (byte === NEWLINE) this.#inString = false
    return byte
  }

  #endElement(): number {
    this.#elementBytes = 0
    return NEWLINE
  }
}

/** Only at the very start can one be met outside a string; elsewhere it is no JSON anyway. */
function isByteOrderMark(byte: number): boolean {
  return byte === 0xef || byte === 0xbb || byte === 0xbf
}
