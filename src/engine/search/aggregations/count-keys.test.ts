import fc from 'fast-check'
import { expect, test } from 'vitest'
import { COLUMN_BLOCK_VALUES } from '../../split/column.ts'
import { countKeysAt } from './count-keys.ts'

const DOCS = 2 * COLUMN_BLOCK_VALUES + 100
const LIMITS = [1, 5, 64, 65, 200]

const keyed = fc
  .record({
    make: fc.constantFrom(Uint8Array, Uint16Array, Uint32Array, Float64Array),
    limit: fc.constantFrom(...LIMITS),
  })
  .map(({ make, limit }) => ({
    limit,
    keys: make.from(Array.from({ length: DOCS }, (_, doc) => (doc * 7_919) % limit)),
  }))

/** Documents of one block of the column: all of them, a run, or some. */
const someDocs = fc
  .record({ block: fc.nat(2), from: fc.nat(99), to: fc.nat(99), step: fc.constantFrom(1, 1, 3) })
  .map(({ block, from, to, step }) => {
    const start = block * COLUMN_BLOCK_VALUES
    const isWhole = from === to
    const first = isWhole ? start : start + Math.min(from, to)
    const end = isWhole
      ? Math.min(start + COLUMN_BLOCK_VALUES, DOCS)
      : start + Math.max(from, to) + 1
    const docs = Uint32Array.from(
      { length: Math.ceil((end - first) / step) },
      (_, at) => first + at * step,
    )
    return { docs, count: docs.length, isRun: step === 1 }
  })

test('a block adds what its documents add one by one, and adds the same again', () => {
  fc.assert(
    fc.property(keyed, fc.array(someDocs, { maxLength: 4 }), ({ keys, limit }, blocks) => {
      const wanted = new Uint32Array(limit)
      const counts = new Uint32Array(limit)
      for (const block of [...blocks, ...blocks]) {
        countKeysAt(keys, limit, block, counts)
        for (const doc of block.docs) wanted[keys[doc] ?? 0] = (wanted[keys[doc] ?? 0] ?? 0) + 1
      }
      expect(counts).toEqual(wanted)
    }),
    { numRuns: 200 },
  )
})
