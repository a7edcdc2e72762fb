import { elementAt } from '../bytes/element-at.ts'

const POINT = 0x2e
const ZERO = 0x30

/** 16 bytes, version 4 as mapped version 6 (`::ffff:1.2.3.4`); undefined when the text is no address. */
export function parseIp(text: string): Uint8Array | undefined {
  if (!text.includes(':')) {
    const address = new Uint8Array(16)
    address[10] = 255
    address[11] = 255
    return writeQuad(text, address, 12) ? address : undefined
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
      const quad = new Uint8Array(4)
      if (!writeQuad(group, quad, 0)) return undefined
      bytes.push(...quad)
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 255)
    }
  }
  return bytes
}

/** Writes the four numbers of `1.2.3.4`, none above 255 or with a leading zero; false for anything else.
 *  Character by character: every line of most logs has an address. */
function writeQuad(text: string, out: Uint8Array, start: number): boolean {
  let part = 0
  let digits = 0
  let value = 0
  for (let i = 0; i <= text.length; i++) {
    // A point ends the last number.
    const unit = i < text.length ? text.charCodeAt(i) : POINT
    if (unit === POINT) {
      if (digits === 0 || value > 255 || part > 3) return false
      out[start + part++] = value
      digits = 0
      value = 0
    } else {
      const digit = unit - ZERO
      const hasLeadingZero = digits > 0 && value === 0
      if (digit < 0 || digit > 9 || digits === 3 || hasLeadingZero) return false
      value = value * 10 + digit
      digits++
    }
  }
  return part === 4
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
