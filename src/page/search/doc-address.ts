import type { Json } from '../api/exact-json.ts'
import type { Hit } from './search-request.ts'

/*
 * A document as the page's address names it: `<split>:<segment>:<doc>@<time>`. The split is replaced
 * when it is merged; the time still leads to where the document is.
 */

export interface DocAddress {
  readonly address: string
  /** RFC 3339; undefined: the document has no time. */
  readonly time: string | undefined
}

export function writeDocAddress({ address, time }: Pick<Hit, 'address' | 'time'>): string {
  return time === undefined ? address : `${address}@${time}`
}

/** Undefined for what is no address. */
export function readDocAddress(text: string): DocAddress | undefined {
  const match = /^(\w+:[0-9a-f]{8}:[0-9a-f]{8})(?:@(.+))?$/.exec(text)
  return match === null ? undefined : { address: match[1] ?? '', time: match[2] }
}

/** The sort values right after which the document comes, where the order descends. */
export function cursorBefore({ address, time }: DocAddress): Json[] {
  const colon = address.lastIndexOf(':')
  const doc = Number.parseInt(address.slice(colon + 1), 16)
  const next = `${address.slice(0, colon)}:${(doc + 1).toString(16).padStart(8, '0')}`
  return time === undefined ? [next] : [time, next]
}
