import { elementAt } from '../bytes/element-at.ts'

/** 16 bytes, version 4 as mapped version 6 (`::ffff:1.2.3.4`); undefined when the text is no address. */
export function parseIp(text: string): Uint8Array | undefined {
  if (!text.includes(':')) {
    const quad = parseQuad(text)
    return quad && Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...quad])
  }
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = parseGroups(halves[0] ?? '', halves.length === 1)
  const tail = parseGroups(halves[1] ?? '', halves.length === 2)
  if (head === undefined || tail === undefined) return undefined
  const missing = 16 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined
  return Uint8Array.from([...head, ...Array.from({ length: missing }, () => 0), ...tail])
}

/** Bytes of `a:b:c`; a dotted quad may stand at the very end of an address. */
function parseGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return []
  const groups = text.split(':')
  const bytes: number[] = []
  for (const [i, group] of groups.entries()) {
    if (isLast && i === groups.length - 1 && group.includes('.')) {
      const quad = parseQuad(group)
      if (quad === undefined) return undefined
      bytes.push(...quad)
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 255)
    }
  }
  return bytes
}

function parseQuad(text: string): number[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (match === null) return undefined
  const parts = match.slice(1)
  const isOctet = (part: string) => Number(part) <= 255 && (part === '0' || !part.startsWith('0'))
  return parts.every(isOctet) ? parts.map(Number) : undefined
}

/** The first and the last address of a network. */
interface IpNetwork {
  readonly first: Uint8Array
  readonly last: Uint8Array
}

/** `10.0.0.0/8`, `2001:db8::/32`; undefined when the text is no network. Bits of the address behind the
 *  prefix do not count, so that `10.1.2.3/8` is the same network. */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  const [, address = '', digits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  const first = parseIp(address)
  const version4Bits = address.includes(':') ? 0 : 96
  const bits = Number(digits) + version4Bits
  if (first === undefined || bits > 128) return undefined
  const last = first.slice()
  for (let i = 0; i < 16; i++) {
    const kept = Math.min(8, Math.max(0, bits - 8 * i))
    const host = 0xff >> kept
    first[i] = elementAt(first, i) & ~host
    last[i] = elementAt(last, i) | host
  }
  return { first, last }
}

/** A mapped version 4 address as a dotted quad; version 6 with its longest run of zeros left out. */
export function formatIp(bytes: Uint8Array): string {
  const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0)
  if (isMapped && bytes[10] === 255 && bytes[11] === 255) return bytes.subarray(12).join('.')
  const groups = Array.from({ length: 8 }, (_, i) => {
    return (elementAt(bytes, 2 * i) << 8) | elementAt(bytes, 2 * i + 1)
  })
  let bestStart = -1
  let bestLength = 1
  for (let start = 0; start < 8; start++) {
    let end = start
    while (end < 8 && groups[end] === 0) end++
    if (end - start > bestLength) {
      bestStart = start
      bestLength = end - start
    }
  }
  const hex = groups.map((group) => group.toString(16))
  if (bestStart < 0) return hex.join(':')
  return `${hex.slice(0, bestStart).join(':')}::${hex.slice(bestStart + bestLength).join(':')}`
}
