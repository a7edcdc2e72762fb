import { SALES_WORDS } from './sales-words.ts'

interface SalesBatchRequest {
  /** The same seed, count and start give the same bytes. */
  readonly seed: number
  readonly count: number
  /** Time of the first document; each next one is a millisecond later. */
  readonly startMs: number
}

const WORDS_PER_DESCRIPTION = 8
/** Some 150 bytes a document; the buffer grows when a batch needs more. */
const PIECE_DOCS = 10_000

/**
 * Mock sales as NDJSON, without a line end after the last document:
 * `{"ts": ms, "id": 0…, "name": "Item <id>", "price": 1–100 with two decimals, "quantity": 1–10,
 * "description": eight words}`.
 */
export function salesBatch({ seed, count, startMs }: SalesBatchRequest): Uint8Array {
  const random = seededRandom(seed)
  const firstTs = Math.floor(startMs)
  const pieces: Buffer[] = []
  for (let start = 0; start < count; start += PIECE_DOCS) {
    const lines: string[] = []
    for (let id = start; id < Math.min(start + PIECE_DOCS, count); id++) {
      lines.push(saleLine(id, firstTs + id, random))
    }
    pieces.push(Buffer.from((start > 0 ? '\n' : '') + lines.join('\n')))
  }
  return Buffer.concat(pieces)
}

function saleLine(id: number, ts: number, random: () => number): string {
  // A price of 5 is written 5.0: the mapping's field is a float.
  const cents = 100 + Math.floor(random() * 9_901)
  const price = cents % 100 === 0 ? `${cents / 100}.0` : String(cents / 100)
  const quantity = 1 + Math.floor(random() * 10)
  let description = wordAt(random())
  for (let i = 1; i < WORDS_PER_DESCRIPTION; i++) description += ` ${wordAt(random())}`
  return `{"ts":${ts},"id":${id},"name":"Item ${id}","price":${price},"quantity":${quantity},"description":"${description}"}`
}

function wordAt(fraction: number): string {
  return SALES_WORDS[Math.floor(fraction * SALES_WORDS.length)] ?? ''
}

/** Repeatable fractions in [0, 1) from a seed of up to 53 bits: two 32-bit halves start a counter that
 *  is mixed by multiplying and shifting. Not for anything secret. */
function seededRandom(seed: number): () => number {
  let counter = (seed >>> 0) ^ Math.imul(Math.floor(seed / 2 ** 32), 0x85ebca6b)
  return () => {
    counter = (counter + 0x9e3779b9) | 0
    let mixed = Math.imul(counter ^ (counter >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}
