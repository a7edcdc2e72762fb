import { elementAt } from '../../bytes/element-at.ts'

/** As much as Node's own engine, and `zstd` without --long, holds of what is behind. */
const MAX_WINDOW_BYTES = 128 * 2 ** 20

const FRAME = 0xfd2fb528
/** Sixteen numbers that begin what is passed over. */
const SKIPPED = 0x184d2a50
const [RLE, RESERVED] = [1, 3]

/** What comes next, by its length: a frame's number, its first byte, the rest of its header, a block's
 *  header, the length of what is passed over; `off`: no frame, which the decoder says better. */
type Part = 'magic' | 'descriptor' | 'header' | 'block' | 'skipped' | 'off'

/**
 * Follows frames of zstd (RFC 8878, section 3.1) from piece to piece, and throws before a frame is decoded
 * that asks for a window of more than `MAX_WINDOW_BYTES`: the library in JavaScript takes up to 1 GiB at
 * once for a frame of twenty bytes.
 */
export class ZstdWindows {
  #part: Part = 'magic'
  #wanted = 4
  #head: number[] = []
  /** Bytes of a block that are not looked at. */
  #passing = 0
  #descriptor = 0

  push(piece: Uint8Array): void {
    let at = 0
    while (at < piece.length && this.#part !== 'off') {
      if (this.#passing > 0) {
        const passed = Math.min(this.#passing, piece.length - at)
        this.#passing -= passed
        at += passed
        continue
      }
      this.#head.push(piece[at] as number)
      at++
      if (this.#head.length < this.#wanted) continue
      const head = Buffer.from(this.#head)
      this.#head = []
      this.#read(head)
    }
  }

  #read(head: Buffer): void {
    switch (this.#part) {
      case 'magic': {
        const number = head.readUInt32LE()
        if (number === FRAME) this.#expect('descriptor', 1)
        else if ((number & 0xfffffff0) === SKIPPED) this.#expect('skipped', 4)
        else this.#part = 'off'
        return
      }
      case 'skipped':
        this.#passing = head.readUInt32LE()
        return this.#expect('magic', 4)
      case 'descriptor':
        this.#descriptor = head.readUInt8()
        return this.#expect('header', headerBytes(this.#descriptor))
      case 'header':
        if (!isSingle(this.#descriptor)) checkWindow(head.readUInt8())
        return this.#expect('block', 3)
      case 'block':
        return this.#block(head.readUIntLE(0, 3))
      case 'off':
    }
  }

  #block(header: number): void {
    const type = (header >> 1) & 3
    this.#passing = type === RLE ? 1 : header >> 3
    const isLast = (header & 1) === 1
    const hasChecksum = (this.#descriptor & 4) !== 0
    if (type === RESERVED) this.#part = 'off'
    else if (!isLast) this.#expect('block', 3)
    else {
      if (hasChecksum) this.#passing += 4
      this.#expect('magic', 4)
    }
  }

  #expect(part: Part, bytes: number): void {
    this.#part = part
    this.#wanted = bytes
  }
}

/** The window is the content. */
function isSingle(descriptor: number): boolean {
  return (descriptor & 0x20) !== 0
}

/** Window, dictionary and length of the content, at least one byte. */
function headerBytes(descriptor: number): number {
  const dictionary = elementAt([0, 1, 2, 4], descriptor & 3)
  const content = elementAt([isSingle(descriptor) ? 1 : 0, 2, 4, 8], descriptor >> 6)
  return (isSingle(descriptor) ? 0 : 1) + dictionary + content
}

/** Five bits of exponent, three of mantissa. */
function checkWindow(byte: number): void {
  const base = 2 ** (10 + (byte >> 3))
  const bytes = base + (base / 8) * (byte & 7)
  if (bytes <= MAX_WINDOW_BYTES) return
  const mib = Math.round(bytes / 2 ** 20)
  throw new Error(`a frame asks for a window of ${mib} MiB, of 128 that are given`)
}
