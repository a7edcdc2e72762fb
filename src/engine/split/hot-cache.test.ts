import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeHotCache,
  encodeHotCache,
  type HotCache,
  type HotChunk,
  withRoomForDictionaries,
  withRoomForFooter,
} from './hot-cache.ts'

const chunk: fc.Arbitrary<HotChunk> = fc.record({
  start: fc.nat(),
  bytes: fc.uint8Array({ maxLength: 40 }),
})

const cache: fc.Arbitrary<HotCache> = fc.record({
  writeId: fc.string(),
  indexUid: fc.string({ unit: 'grapheme' }),
  splits: fc
    .array(fc.tuple(fc.string(), fc.array(chunk, { maxLength: 4 })), { maxLength: 6 })
    .map((entries) => new Map(entries)),
})

const GOLDEN: HotCache = {
  writeId: '01KB00000000000000000000W1',
  indexUid: 'events:01KB00000000000000000000X1',
  splits: new Map([
    [
      '01KB00000000000000000000A1',
      [
        { start: 300, bytes: Uint8Array.of(1, 2, 3) },
        { start: 16, bytes: Uint8Array.of(4) },
      ],
    ],
    ['01KB00000000000000000000B1', [{ start: 70_000, bytes: Uint8Array.of() }]],
  ]),
}

describe('the file', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(cache, (value) => {
        expect(decodeHotCache(encodeHotCache(value))).toEqual(value)
      }),
    )
  })

  test('of the released version is the same byte for byte', () => {
    const path = join(import.meta.dirname, 'testing', 'hot-cache-1.bin')
    const golden = Uint8Array.from(readFileSync(path))
    expect(decodeHotCache(golden)).toEqual(GOLDEN)
    expect(Buffer.compare(encodeHotCache(GOLDEN), golden)).toBe(0)
  })

  test('is refused wherever a bit of it is flipped or its end is missing', () => {
    const bytes = encodeHotCache(GOLDEN)
    for (let at = 0; at < bytes.length; at++) {
      const bad = bytes.slice()
      bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8))
      expect(() => decodeHotCache(bad), `byte ${at}`).toThrow(/hot cache/)
      expect(() => decodeHotCache(bytes.subarray(0, at)), `end ${at}`).toThrow(/hot cache/)
    }
  })
})

const sized = (...sizes: readonly number[]): HotChunk[] =>
  sizes.map((size, start) => ({ start, bytes: new Uint8Array(size) }))

const taken = (splits: ReadonlyMap<string, readonly HotChunk[]>): Record<string, number[]> =>
  Object.fromEntries(
    [...splits].map(([id, chunks]) => [id, chunks.map(({ bytes }) => bytes.length)]),
  )

describe('what there is room for', () => {
  test('is first of all footers, in their order; one that is too large is passed over', () => {
    const splits = [30, 80, 60, 10].map((size, i) => ({
      i,
      footer: { start: 500, end: 500 + size },
    }))
    expect(withRoomForFooter(splits, 100).map(({ i }) => i)).toEqual([0, 2, 3])
  })

  test('is then the first dictionary of each split, then the second', () => {
    const splits = new Map([
      ['a', sized(10, 5, 7)],
      ['b', sized(10, 6)],
      ['c', sized(10, 40, 1)],
    ])
    expect(taken(withRoomForDictionaries(splits, 48))).toEqual({
      a: [10, 5, 7],
      b: [10, 6],
      c: [10],
    })
    expect(taken(withRoomForDictionaries(splits, 36))).toEqual({ a: [10, 5], b: [10], c: [10] })
  })
})
