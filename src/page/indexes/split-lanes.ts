/** Anything that lasts from a start to an end, both inclusive. */
interface Span {
  readonly start: number
  readonly end: number
}

/** A span and the lane that it is drawn in. */
interface Placed<T> {
  readonly item: T
  readonly span: Span
  readonly lane: number
}

/**
 * Spreads spans over lanes so that no two in a lane touch, in as few lanes as there are spans at once.
 * `leastLength`: what a shorter span is drawn with, in the units of the spans.
 */
export function spreadOverLanes<T extends { readonly span: Span | undefined }>(
  items: readonly T[],
  leastLength: number,
): readonly Placed<T>[] {
  const ends: number[] = []
  const placed: Placed<T>[] = []
  const byStart = items
    .flatMap((item) => (item.span === undefined ? [] : [{ item, span: item.span }]))
    .toSorted((a, b) => a.span.start - b.span.start)
  for (const { item, span } of byStart) {
    const free = ends.findIndex((end) => end < span.start)
    const lane = free < 0 ? ends.length : free
    ends[lane] = Math.max(span.end, span.start + leastLength)
    placed.push({ item, span, lane })
  }
  return placed
}
