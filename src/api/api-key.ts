import { createHash, timingSafeEqual } from 'node:crypto'
import { QwError } from '../engine/errors.ts'

/** Without keys everybody may ask; with keys, one of them has to come. Throws `invalid` (KEY-…). */
type KeyCheck = (given: string | undefined) => void

export function makeKeyCheck(keys: readonly string[]): KeyCheck {
  const digests = keys.map(digestOf)
  return (given) => {
    if (digests.length === 0) return
    const digest = digestOf(given ?? '')
    // Every key is compared, and whole: the time taken tells nothing about how much was right.
    let matches = 0
    for (const known of digests) if (timingSafeEqual(digest, known)) matches++
    if (matches > 0 && given !== undefined) return
    throw new QwError('invalid', given === undefined ? 'Missing API key' : 'Forbidden', {
      code: given === undefined ? 'KEY-MISSING' : 'KEY-REJECTED',
      fix: 'send the key in the x-api-key header',
    })
  }
}

/** Digests have one length, which comparing in constant time needs. */
function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
