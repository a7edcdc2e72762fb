/** A part of bytes that is ASCII text: read where it stands, without a string being made of it. Whoever
 *  hands one out may point it elsewhere afterwards. */
export class AsciiSlice {
  source: Buffer
  start: number
  end: number

  constructor(source: Buffer, start: number, end: number) {
    this.source = source
    this.start = start
    this.end = end
  }

  toString(): string {
    return this.source.toString('latin1', this.start, this.end)
  }
}

let scratch = Buffer.alloc(256)

/** The text in bytes that are valid until the next call; undefined when it is not all ASCII. */
export function asciiBytes(text: string): Buffer | undefined {
  const { length } = text
  if (scratch.length < length) scratch = Buffer.alloc(2 * length)
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 127) return undefined
    scratch[i] = unit
  }
  return scratch
}
