import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { SEQUENCE_BLOCK_VALUES } from '../bytes/int-sequence.ts'
import { decodeFloatBody, encodeFloatBody } from './float-column.ts'
import { expectCutsRefused } from './testing/damage.ts'

function encoded(values: readonly number[]): { bytes: Uint8Array; bounds: unknown } {
  const out = new ByteWriter()
  const bounds = encodeFloatBody(Float64Array.from(values), out)
  return { bytes: out.copy(), bounds }
}

const decoded = (bytes: Uint8Array, count: number) =>
  decodeFloatBody(new ByteReader(bytes, 'float column'), count)

test('every double comes back bit for bit, minus zero too', () => {
  const values = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(values, (list) => {
      const { bytes } = encoded(list)
      const back = decoded(bytes, list.length).values
      expect(back.every((value, i) => Object.is(value, list[i]))).toBe(true)
    }),
  )
})

test('decimals of few digits are kept as integers, which take fewer bytes than eight', () => {
  const prices = Array.from({ length: 1000 }, (_, i) => (i % 100) / 100)
  const { bytes } = encoded(prices)
  expect(bytes.length).toBeLessThan(1100)
  expect([...decoded(bytes, 1000).values]).toEqual(prices)
})

test('knows the least and the greatest, of all and of each block', () => {
  const values = Array.from({ length: 3000 }, (_, i) => Math.sin(i) * i)
  const { bytes, bounds } = encoded(values)
  const column = decoded(bytes, 3000)
  expect(bounds).toEqual({ min: Math.min(...values), max: Math.max(...values) })
  expect(column).toMatchObject({ min: Math.min(...values), max: Math.max(...values) })
  column.blockMins.forEach((min, block) => {
    const own = values.slice(block * SEQUENCE_BLOCK_VALUES, (block + 1) * SEQUENCE_BLOCK_VALUES)
    expect([min, column.blockMaxs[block]]).toEqual([Math.min(...own), Math.max(...own)])
  })
})

test('nothing has no bounds', () => {
  const { bytes, bounds } = encoded([])
  expect(bounds).toBeUndefined()
  expect(decoded(bytes, 0)).toMatchObject({ min: undefined, max: undefined })
})

test('damage is noticed: cut bytes in either form, and an unknown form', () => {
  for (const values of [
    [0.25, 7.5, -3],
    [Math.PI, 1e300],
  ]) {
    expectCutsRefused(encoded(values).bytes, (bytes) => decoded(bytes, values.length))
  }
  expect(() => decoded(Uint8Array.of(9), 1)).toThrow(/float column form 9/)
})
