import { createHash, timingSafeEqual } from 'node:crypto'
import { QwError } from '../engine/errors.ts'

/** Without keys everybody may ask; with keys, one of them has to come. Throws `invalid` (KEY-…). */
type KeyCheck = (headers: Headers) => void

export function makeKeyCheck(keys: readonly string[]): KeyCheck {
  const digests = keys.map(digestOf)
  return (headers) => {
    if (digests.length === 0) return
    const given = givenKeys(headers)
    // Every key is compared, and whole: the time taken tells nothing about how much was right.
    let matches = 0
    for (const digest of given.map(digestOf)) {
      for (const known of digests) if (timingSafeEqual(digest, known)) matches++
    }
    if (matches > 0) return
    throw new QwError('invalid', given.length === 0 ? 'Missing API key' : 'Forbidden', {
      code: given.length === 0 ? 'KEY-MISSING' : 'KEY-REJECTED',
      fix: 'send the key as x-api-key, as `Authorization: ApiKey` or `Bearer`, or as the password of basic authentication',
    })
  }
}

/**
 * What of a request may be the key, by the setting that each client has for it:
 *   x-api-key: <key>                            Quickwit's clients, API Gateway
 *   Authorization: ApiKey <key>                 also base64 of <key>, or of <id>:<key>
 *   Authorization: Bearer <key>
 *   Authorization: Basic base64(<user>:<key>)   whoever the user is
 */
function givenKeys(headers: Headers): string[] {
  const given = headers.get('x-api-key')
  const [scheme = '', token = ''] = (headers.get('authorization') ?? '').trim().split(/ +/, 2)
  return [...(given === null ? [] : [given]), ...keysOfToken(scheme.toLowerCase(), token)]
}

function keysOfToken(scheme: string, token: string): string[] {
  if (token === '') return []
  const decoded = Buffer.from(token, 'base64').toString('utf8')
  const afterColon = decoded.slice(decoded.indexOf(':') + 1)
  switch (scheme) {
    case 'apikey':
      return [token, decoded, afterColon]
    case 'bearer':
      return [token]
    case 'basic':
      return [afterColon]
    default:
      return []
  }
}

/** Digests have one length, which comparing in constant time needs. */
function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
