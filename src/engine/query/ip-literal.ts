/** 16 bytes, version 4 as mapped version 6; undefined when the text is no address. */
export function parseIp(text: string): Uint8Array | undefined {
  const version4 = parseVersion4(text)
  if (version4 !== undefined) return Uint8Array.of(...MAPPED_PREFIX, ...version4)
  return parseVersion6(text)
}

const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
const OCTET = /^(0|[1-9][0-9]{0,2})$/

function parseVersion4(text: string): number[] | undefined {
  const parts = text.split('.', 5)
  const isValid = parts.length === 4 && parts.every((p) => OCTET.test(p) && Number(p) <= 255)
  return isValid ? parts.map(Number) : undefined
}

function parseVersion6(text: string): Uint8Array | undefined {
  const halves = text.split('::', 3)
  const [head, tail] = halves
  if (head === undefined || halves.length > 2) return undefined
  const before = head === '' && tail !== undefined ? [] : groupBytes(head, tail === undefined)
  const after = tail === undefined || tail === '' ? [] : groupBytes(tail, true)
  if (before === undefined || after === undefined) return undefined
  const missing = 16 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined
  return Uint8Array.of(...before, ...Array.from({ length: missing }, () => 0), ...after)
}

/** `mayEndInVersion4`: the last group can be written `1.2.3.4`. */
function groupBytes(text: string, mayEndInVersion4: boolean): number[] | undefined {
  const groups = text.split(':', 9)
  const bytes: number[] = []
  for (const [index, group] of groups.entries()) {
    const isLast = index === groups.length - 1
    const version4 = isLast && mayEndInVersion4 ? parseVersion4(group) : undefined
    if (version4 !== undefined) bytes.push(...version4)
    else if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined
    else {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 0xff)
    }
  }
  return bytes
}
