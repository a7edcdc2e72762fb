/** Tokens per document; 0 without the field. `bytes` are those of the field's `fieldnorms` range. Throws `corrupt`. */
export function decodeFieldnorms(
  bytes: Uint8Array,
  docCount: number,
): Uint8Array | Uint16Array | Uint32Array {
  throw new Error(`not written yet ${bytes.length} ${docCount}`)
}
