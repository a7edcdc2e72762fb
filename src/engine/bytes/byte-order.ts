// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.

/** Negative, zero or positive as `a` stands before, with or after `b` in unsigned byte order. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const common = Math.min(a.length, b.length)
  for (let i = 0; i < common; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Bytes that both begin with. */
export function sharedPrefix(a: Uint8Array, b: Uint8Array): number {
  const common = Math.min(a.length, b.length)
  let length = 0
  while (length < common && a[length] === b[length]) length++
  return length
}
