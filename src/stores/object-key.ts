import { QwError } from '../engine/errors.ts'

/** S3's limit; every store keeps it, so that a folder can always be copied to a bucket. */
const KEY_BYTES_MAX = 1024

/** Throws `invalid` unless `key` is a relative `/`-separated path that stays below its root.
 *  Memory and folder refuse the same keys, so a test over memory finds what a folder would refuse. */
export function assertKey(key: string): void {
  const flaw = flawOf(key)
  if (flaw === undefined) return
  throw new QwError('invalid', `object key ${JSON.stringify(key)} ${flaw}`, {
    fix: 'name objects by a relative path such as "indexes/shop/file.split"',
  })
}

function flawOf(key: string): string | undefined {
  if (key === '') return 'is empty'
  if (key.startsWith('/')) return 'starts with a slash'
  if (key.includes('\0')) return 'contains a NUL character'
  if (/\p{Surrogate}/u.test(key)) return 'is not valid Unicode'
  if (Buffer.byteLength(key) > KEY_BYTES_MAX) return `is longer than ${KEY_BYTES_MAX} bytes`
  for (const segment of key.split('/')) {
    if (segment === '') return 'has an empty path segment'
    if (segment === '.' || segment === '..') return `has the path segment "${segment}"`
  }
  return undefined
}

/** Negative, zero or positive by the UTF-8 bytes of both keys: the order in which stores list. */
export function compareKeys(a: string, b: string): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const left = a.charCodeAt(i)
    const right = b.charCodeAt(i)
    if (left !== right) return utf8Rank(left) - utf8Rank(right)
  }
  return a.length - b.length
}

/** UTF-16 puts surrogate pairs below U+E000 to U+FFFF, UTF-8 puts them above: swap the two. */
function utf8Rank(codeUnit: number): number {
  if (codeUnit >= 0xe000) return codeUnit - 0x800
  return codeUnit >= 0xd800 ? codeUnit + 0x2000 : codeUnit
}
