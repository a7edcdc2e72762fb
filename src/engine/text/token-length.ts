/** Values and tokens of this many UTF-8 bytes or more are dropped. */
export const MAX_TOKEN_BYTES = 255

/** Whether the text takes fewer than `MAX_TOKEN_BYTES` bytes. */
export function fitsTokenLimit(text: string): boolean {
  if (text.length >= MAX_TOKEN_BYTES) return false
  // A UTF-16 unit takes three bytes at most.
  return text.length * 3 < MAX_TOKEN_BYTES || utf8Length(text) < MAX_TOKEN_BYTES
}

/** Lone surrogates count as the replacement character that encoders write for them. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    bytes += unit < 0x800 ? 1 : 2
    const next = text.charCodeAt(i + 1)
    const isPair = unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000
    // A pair is two units and four bytes, both of which are counted by now.
    if (isPair) i++
  }
  return bytes
}
