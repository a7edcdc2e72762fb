/** A part of bytes that is ASCII text: read where it stands, without a string being made of it. Whoever
 *  hands one out may point it elsewhere afterwards. */
export class AsciiSlice {
  source: Uint8Array
  start: number
  end: number

  constructor(source: Uint8Array, start: number, end: number) {
    this.source = source
    this.start = start
    this.end = end
  }

  toString(): string {
    const { buffer, byteOffset } = this.source
    return Buffer.from(buffer, byteOffset + this.start, this.end - this.start).toString('latin1')
  }
}

let scratch = new Uint8Array(256)

/** The text in bytes that are valid until the next call; undefined when it is not all ASCII. */
export function asciiBytes(text: string): Uint8Array | undefined {
  const { length } = text
  if (scratch.length < length) scratch = new Uint8Array(2 * length)
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 127) return undefined
    scratch[i] = unit
  }
  return scratch
}
