import fc from 'fast-check'
import { expect, test } from 'vitest'
import { COLUMN_BLOCK_VALUES } from '../../split/column.ts'
import { toList } from '../doc-set.ts'
import { docsInInterval, docsWithKeyIn, type ScannedKeys } from './column-scan.ts'

type Keys = ScannedKeys['keys']

/** One key for each document. */
function fullColumn(keys: Keys): ScannedKeys {
  const blocks = Array.from({ length: Math.ceil(keys.length / COLUMN_BLOCK_VALUES) }, (_, block) =>
    keys.slice(block * COLUMN_BLOCK_VALUES, (block + 1) * COLUMN_BLOCK_VALUES),
  )
  return {
    keys,
    starts: undefined,
    blockMins: Float64Array.from(blocks, (block) => Math.min(...block)),
    blockMaxs: Float64Array.from(blocks, (block) => Math.max(...block)),
  }
}

/** Bytes that a scan takes four at a time, bytes that it does not, and the wider arrays. */
const anyKeys = fc
  .record({
    make: fc.constantFrom<(values: number[]) => Keys>(
      (values) => Uint8Array.from(values),
      (values) => new Uint8Array([0, ...values]).subarray(1),
      (values) => Uint16Array.from(values),
      (values) => Uint32Array.from(values),
      (values) => Float64Array.from(values),
    ),
    greatest: fc.constantFrom(1, 10, 127, 128, 255),
    length: fc.constantFrom(1, 31, 32, 33, 100, COLUMN_BLOCK_VALUES + 37),
    seed: fc.nat(1000),
  })
  .map(({ make, greatest, length, seed }) => {
    const value = (at: number): number => ((at + seed) * 2_654_435_761) % (greatest + 1)
    return make(Array.from({ length }, (_, at) => value(at)))
  })

const anyBound = fc.oneof(fc.integer({ min: -2, max: 258 }), fc.constantFrom(-Infinity, Infinity))

test('a scan finds exactly the documents whose key lies in the interval, whatever array holds the keys', () => {
  fc.assert(
    fc.property(anyKeys, anyBound, anyBound, (keys, low, high) => {
      const isIn = (key: number): boolean => key >= low && key <= high
      const wanted = Array.from(keys.keys()).filter((doc) => isIn(keys[doc] ?? NaN))
      const column = fullColumn(keys)
      const found = docsWithKeyIn(column, { low, high }, keys.length)
      expect([...toList(found, keys.length)]).toEqual(wanted)
      const all = Uint32Array.from(keys.keys())
      expect([...docsInInterval(column, { low, high }, all)]).toEqual(wanted)
    }),
    { numRuns: 300 },
  )
})

test('a document with several keys is found once, and one without any is not', () => {
  const column: ScannedKeys = {
    keys: Uint8Array.of(1, 5, 6, 9),
    starts: Uint32Array.of(0, 3, 3, 4),
    blockMins: Float64Array.of(1),
    blockMaxs: Float64Array.of(9),
  }
  const found = docsWithKeyIn(column, { low: 5, high: 9 }, 3)
  expect([...toList(found, 3)]).toEqual([0, 2])
})
