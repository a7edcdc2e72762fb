import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../bytes/cursor.ts'
import { bodyBytes } from '../ports.ts'
import {
  decodePositions,
  decodePostings,
  encodePositions,
  encodePostings,
  ListSection,
  type TermPostings,
} from './postings.ts'
import type { TermEntry } from './term-dictionary.ts'

interface Occurrences {
  readonly doc: number
  readonly positions: readonly number[]
}

const occurrences: fc.Arbitrary<Occurrences[]> = fc
  .array(
    fc.record({
      gap: fc.oneof(
        { weight: 9, arbitrary: fc.nat(3) },
        { weight: 1, arbitrary: fc.nat(5_000_000) },
      ),
      positions: fc.array(fc.nat(100_000), { minLength: 1, maxLength: 5 }),
    }),
    { minLength: 2, maxLength: 400 },
  )
  .map((list) => {
    let doc = -1
    return list.map(({ gap, positions }) => ({
      doc: (doc += gap + 1),
      positions: positions.toSorted((a, b) => a - b),
    }))
  })

function encoded(list: readonly Occurrences[]): { entry: TermEntry; sizeBytes: number } {
  // One place in, as writers keep many terms in one array.
  const postings: TermPostings & { freqs: Uint32Array; positions: Uint32Array } = {
    docCount: list.length,
    start: 1,
    docs: Uint32Array.from([99, ...list.map(({ doc }) => doc)]),
    freqs: Uint32Array.from([99, ...list.map(({ positions }) => positions.length)]),
    positions: Uint32Array.from([99, ...list.flatMap(({ positions }) => positions)]),
    positionsStart: 1,
  }
  const lists = new ByteWriter()
  encodePostings(postings, lists)
  const places = new ByteWriter()
  encodePositions(postings.positions, postings.freqs, postings, places)
  const entry: TermEntry = {
    docCount: list.length,
    hasFreqs: true,
    postings: { kind: 'inline', bytes: lists.copy() },
    positions: { kind: 'inline', bytes: places.copy() },
  }
  return { entry, sizeBytes: lists.length }
}

test('lists stand one after the other, however many pieces they are held in', () => {
  const section = new ListSection(100)
  const lists = [700_000, 600_000, 3_000_000, 5].map((size, i) => new Uint8Array(size).fill(i + 1))
  const ends = lists.map((list) => {
    const start = section.end
    expect(section.append(list)).toBe(section.end - start)
    return section.end
  })
  const bytes = bodyBytes(section.pieces())
  expect(section.pieces().length).toBeGreaterThan(2)
  expect(bytes.length).toBe(section.end - 100)
  lists.forEach((list, i) => {
    const start = (ends[i - 1] ?? 100) - 100
    expect(Buffer.compare(bytes.subarray(start, start + list.length), list)).toBe(0)
  })
})

describe('a posting list', () => {
  test('gives back documents, frequencies and positions', () => {
    fc.assert(
      fc.property(occurrences, (list) => {
        const { entry } = encoded(list)
        const { docs, freqs } = decodePostings(undefined, entry, 'position')
        const { offsets, positions } = decodePositions(undefined, entry, freqs!)
        const found = [...docs].map((doc, i) => ({
          doc,
          positions: [...positions.subarray(offsets[i], offsets[i + 1])],
        }))
        expect(found).toEqual(list)
      }),
    )
  })

  test('leaves frequencies out when they are not asked for', () => {
    const { entry } = encoded([
      { doc: 1, positions: [0] },
      { doc: 2, positions: [0] },
    ])
    expect(decodePostings(undefined, entry, 'basic').freqs).toBeUndefined()
  })

  test('of half of all documents costs about a bit per document', () => {
    const docs = Array.from({ length: 20_000 }, (_, doc) => doc).filter(
      (doc) => Math.imul(doc, 0x9e3779b1) & 0x8000,
    )
    const list = docs.map((doc) => ({ doc, positions: [0] }))
    const { entry, sizeBytes } = encoded(list)
    expect(sizeBytes).toBeLessThan(20_000 / 8 + 200)
    expect([...decodePostings(undefined, entry, 'basic').docs]).toEqual(docs)
  })

  test('of all documents costs a byte per 128', () => {
    const list = Array.from({ length: 12_800 }, (_, doc) => ({ doc, positions: [0] }))
    expect(encoded(list).sizeBytes).toBeLessThanOrEqual(200)
  })
})
