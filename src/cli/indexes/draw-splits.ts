/** Seconds, both ends inclusive. */
interface TimeRange {
  readonly start: number
  readonly end: number
}

/**
 * Where each split lies in the time that all of them cover, as a bar of `width` cells: bars above each
 * other are splits that a search of that time opens both. Empty without a time range.
 */
export function drawRanges(
  ranges: readonly (TimeRange | undefined)[],
  { width, ascii }: { readonly width: number; readonly ascii: boolean },
): string[] {
  const known = ranges.flatMap((range) => range ?? [])
  const first = Math.min(...known.map(({ start }) => start))
  const seconds = Math.max(...known.map(({ end }) => end)) + 1 - first
  const [block, rest] = ascii ? ['#', '.'] : ['█', '·']
  return ranges.map((range) => {
    if (range === undefined) return ''
    const from = Math.min(width - 1, Math.floor(((range.start - first) / seconds) * width))
    // What is shorter than a cell is a cell still.
    const to = Math.max(from + 1, Math.ceil(((range.end + 1 - first) / seconds) * width))
    return rest.repeat(from) + block.repeat(to - from) + rest.repeat(width - to)
  })
}
