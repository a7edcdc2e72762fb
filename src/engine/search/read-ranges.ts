import type { ByteRange, ObjectStore } from '../ports.ts'
import type { SharedFlights } from './shared-flights.ts'

/** Reads of one split that run at once. */
const READS_PER_SPLIT = 16

/** Bytes of an object from `start` on. */
export interface Chunk {
  readonly start: number
  readonly bytes: Uint8Array
}

/** Reads that cover all ranges, ascending; those at most `gapBytes` apart are one. */
export function coalesceRanges(ranges: readonly ByteRange[], gapBytes: number): ByteRange[] {
  const sorted = [...ranges].sort((a, b) => a.start - b.start)
  const merged: { start: number; end: number }[] = []
  for (const { start, end } of sorted) {
    const last = merged.at(-1)
    if (last !== undefined && start - last.end <= gapBytes) {
      last.end = Math.max(last.end, end)
    } else merged.push({ start, end })
  }
  return merged
}

interface ReadSource {
  readonly store: ObjectStore
  /** Where searches that need the same at the same time meet. */
  readonly flights: SharedFlights<Uint8Array>
  readonly key: string
  /** Ranges at most this far apart become one read. */
  readonly gapBytes: number
}

/** One round of reads. */
export function readChunks(
  { store, flights, key, gapBytes }: ReadSource,
  ranges: readonly ByteRange[],
  signal: AbortSignal | undefined,
): Promise<Chunk[]> {
  return mapLimited(coalesceRanges(ranges, gapBytes), READS_PER_SPLIT, async (range) => ({
    start: range.start,
    bytes: await flights.run(`${key} ${range.start}-${range.end}`, signal, (shared) =>
      store.read(key, range, shared),
    ),
  }))
}

/** `run` over the items in order, at most `limit` at a time; rejects as the first of them does. */
export async function mapLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  run: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  if (items.length <= limit) return Promise.all(items.map(run))
  const results: Result[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next
      next++
      results[index] = await run(items[index] as Item) // index is below the length
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
  return results
}
