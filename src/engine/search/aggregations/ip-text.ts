/** Text of 16 address bytes: dotted when it is a mapped version 4 address, else RFC 5952. */
export function formatIp(bytes: Uint8Array): string {
  const mapped = bytes.subarray(0, 12).every((byte, at) => byte === (at < 10 ? 0 : 255))
  if (mapped) return bytes.subarray(12).join('.')
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0))
  const gap = longestZeroRun(groups)
  const hex = groups.map((group) => group.toString(16))
  if (gap.length < 2) return hex.join(':')
  return `${hex.slice(0, gap.start).join(':')}::${hex.slice(gap.start + gap.length).join(':')}`
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  groups.forEach((group, at) => {
    if (group !== 0) start = at + 1
    else if (at + 1 - start > best.length) best = { start, length: at + 1 - start }
  })
  return best
}
