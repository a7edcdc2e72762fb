import type { JsonObject, JsonValue } from '../../bytes/json.ts'
import { parseIp } from '../../schema/ip.ts'
import { clfTime, isoTime } from './times.ts'

/**
 * What a column of a log line holds, which says both how it is read and how it is mapped.
 *   keyword   a whole value        words   text to search in, and whole to count by
 *   id        a whole value, seldom the same twice
 *   address   `host:port`: two fields, <name>_ip and <name>_port
 *   request   `GET /path HTTP/1.1`: method, url, protocol
 *   time      RFC 3339             clfTime  as access logs write it, kept as RFC 3339
 *   seconds   Unix seconds         host    an address, or a name in <name>_host
 *   list      whole values as `a","b`, of which the outer quotes are gone
 *   skip      says nothing that another column does not
 */
export type ColumnKind =
  | 'keyword'
  | 'words'
  | 'id'
  | 'ip'
  | 'host'
  | 'address'
  | 'request'
  | 'u64'
  | 'i64'
  | 'f64'
  | 'time'
  | 'clfTime'
  | 'seconds'
  | 'list'
  | 'skip'

export interface Column {
  readonly name: string
  readonly kind: ColumnKind
}

/** `columns('type:keyword', …)`: short, since there are hundreds. The kind of a bare name is keyword. */
export function columns(...specs: readonly string[]): readonly Column[] {
  return specs.map((spec) => {
    const [name = '', kind = 'keyword'] = spec.split(':')
    return { name, kind: kind as ColumnKind } // every kind in use is met by the tests of its format
  })
}

/** Adds a column's value to a document. Returns false when the text is no value of its kind; `-` and
 *  nothing are how logs say that there is none. */
export function addColumn(doc: JsonObject, { name, kind }: Column, text: string): boolean {
  if (text === '-' || text === '' || kind === 'skip') return true
  switch (kind) {
    case 'keyword':
    case 'words':
    case 'id':
      doc[name] = text
      return true
    case 'list':
      doc[name] = text.split('","')
      return true
    case 'address':
      return addAddress(doc, name, text)
    case 'request':
      addRequest(doc, text)
      return true
    case 'host':
      doc[isIp(text) ? name : `${name}_host`] = text
      return true
    default: {
      const value = SCALARS[kind](text)
      if (value === undefined) return false
      doc[name] = value
      return true
    }
  }
}

const SCALARS: Readonly<
  Record<
    'ip' | 'u64' | 'i64' | 'f64' | 'time' | 'clfTime' | 'seconds',
    (text: string) => JsonValue | undefined
  >
> = {
  ip: (text) => (isIp(text) ? text : undefined),
  u64: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
  i64: (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : undefined),
  f64: (text) => (/^-?\d{1,15}(?:\.\d{1,12})?$/.test(text) ? Number(text) : undefined),
  time: isoTime,
  clfTime,
  seconds: (text) => (/^\d{9,10}$/.test(text) ? Number(text) : undefined),
}

/** As `parseIp`, quick for what most addresses are: four numbers below 200 without leading zeros. */
function isIp(text: string): boolean {
  return PLAIN_IPV4.test(text) || parseIp(text) !== undefined
}

const PLAIN_IPV4 = /^(?:1?[1-9]?\d\.){3}1?[1-9]?\d$/

/** An IPv6 address stands in brackets before its port, or does not. */
function addAddress(doc: JsonObject, name: string, text: string): boolean {
  const colon = text.lastIndexOf(':')
  if (colon < 0) {
    doc[`${name}_ip`] = text
    return isIp(text)
  }
  const ip = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  const port = SCALARS.u64(text.slice(colon + 1))
  if (!isIp(ip) || port === undefined) return false
  doc[`${name}_ip`] = ip
  doc[`${name}_port`] = port
  return true
}

/** A request line that is none (scanners send anything) is kept as it is. */
export function addRequest(doc: JsonObject, text: string): void {
  const first = text.indexOf(' ')
  const last = text.lastIndexOf(' ')
  const protocol = text.slice(last + 1)
  // A load balancer that got no request writes `- https://host:443- -`.
  if (first > 0 && last > first && (protocol === '-' || protocol.includes('/'))) {
    const url = text.slice(first + 1, last)
    const isEmpty = first === 1 && text.startsWith('-')
    if (!isEmpty) doc['method'] = text.slice(0, first)
    doc['url'] = isEmpty ? url.replace(/-$/, '') : url
    if (protocol !== '-') doc['protocol'] = protocol
  } else {
    doc['request'] = text
  }
}
