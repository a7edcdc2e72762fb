import { Buffer } from 'node:buffer'

import type { BinaryFormat } from './field-mapping.ts'

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const HEX = /^(?:[0-9a-fA-F]{2})*$/

/** Undefined when the text is not in the format (base64: standard alphabet, with padding). */
export function parseBinary(text: string, format: BinaryFormat): Uint8Array | undefined {
  const allowed = format === 'hex' ? HEX : BASE64
  return allowed.test(text) ? Uint8Array.from(Buffer.from(text, format)) : undefined
}

export function formatBinary(bytes: Uint8Array, format: BinaryFormat): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(format)
}
