import { decodeFooter } from '../footer.ts'
import { decodeHotCache } from '../hot-cache.ts'
import { scanTerms, TermBlock } from '../term-dictionary.ts'
import { locateTermRange } from '../term-index.ts'

/** Every path, first term and term that a hot cache says of the documents of its splits, by split. */
export function hotTerms(bytes: Uint8Array): Map<string, string[]> {
  const terms = new Map<string, string[]>()
  for (const [splitId, [footer, ...dictionaries]] of decodeHotCache(bytes).splits) {
    const own: string[] = []
    const keep = (term: Uint8Array): void => {
      own.push(Buffer.from(term).toString())
    }
    for (const { path, terms: info } of decodeFooter(
      footer?.bytes ?? new Uint8Array(),
    ).fields.values()) {
      own.push(path)
      info?.firstTerms.forEach(keep)
      const ranges = info === undefined ? [] : locateTermRange(info)
      for (const { start, bytes: chunk } of dictionaries) {
        const inside = ranges.filter(
          (range) => start <= range.start && range.end <= start + chunk.length,
        )
        const blocks = inside.map(
          (range) => new TermBlock(chunk.subarray(range.start - start, range.end - start)),
        )
        scanTerms(blocks, keep)
      }
    }
    terms.set(splitId, own)
  }
  return terms
}
