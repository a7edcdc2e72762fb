import fc from 'fast-check'
import { expect, test } from 'vitest'
import { COLUMN_BLOCK_VALUES } from '../../split/column.ts'
import { countDocs, toWords } from '../doc-set.ts'
import { docsWithKeyIn } from './column-scan.ts'
import { KERNEL_KEYS, startScanKernel } from './scan-kernel.ts'

const kernel = startScanKernel()

/** Bit k of the words for key k, as a plain loop tells it. */
function wanted(keys: ArrayLike<number>, low: number, high: number): Uint32Array {
  const words = new Uint32Array(KERNEL_KEYS / 32)
  Array.from(keys).forEach((key, at) => {
    if (key >= low && key <= high) words[at >>> 5] = (words[at >>> 5] ?? 0) | (1 << (at & 31))
  })
  return words
}

/** As many keys as a kernel takes, out of the few given. */
const keysOf = (key: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
  fc
    .array(key, { minLength: 1, maxLength: 200 })
    .map((few) => Array.from({ length: KERNEL_KEYS }, (_, at) => few[at % few.length] ?? 0))

test.each([
  ['bytes', 2 ** 8, (keys: number[]) => Uint8Array.from(keys), kernel.bytes],
  ['shorts', 2 ** 16, (keys: number[]) => Uint16Array.from(keys), kernel.shorts],
  ['ints', 2 ** 32, (keys: number[]) => Uint32Array.from(keys), kernel.ints],
] as const)('the kernel of %s finds what the plain loop finds', (_, end, make, scan) => {
  const key = fc.oneof(fc.nat(end - 1), fc.constantFrom(0, 1, end / 2, end - 1))
  fc.assert(
    fc.property(keysOf(key), key, key, (given, low, high) => {
      const words = new Uint32Array(KERNEL_KEYS / 32)
      // Each scan takes the array of its row.
      ;(scan as (keys: unknown, low: number, high: number, words: Uint32Array) => void)(
        make(given),
        low,
        high,
        words,
      )
      expect(words).toEqual(wanted(given, low, high))
    }),
    { numRuns: 50 },
  )
})

test('the kernel of doubles finds what the plain loop finds, and never what is no number', () => {
  const key = fc.double()
  fc.assert(
    fc.property(keysOf(key), key, key, (given, low, high) => {
      const words = new Uint32Array(KERNEL_KEYS / 32)
      kernel.doubles(Float64Array.from(given), low, high, words)
      expect(words).toEqual(wanted(given, low, high))
    }),
    { numRuns: 50 },
  )
})

test('a long scan, which starts the kernel on its way, finds the same before and after', () => {
  const blocks = 1_100
  const block = Uint8Array.from({ length: COLUMN_BLOCK_VALUES }, (_, at) => (at * 31) % 200)
  const keys = new Uint8Array(blocks * COLUMN_BLOCK_VALUES)
  for (let at = 0; at < keys.length; at += COLUMN_BLOCK_VALUES) keys.set(block, at)
  const blockMins = new Float64Array(blocks)
  const blockMaxs = new Float64Array(blocks).fill(199)
  const column = { keys, starts: undefined, blockMins, blockMaxs }
  const found = docsWithKeyIn(column, { low: 10.5, high: 99.5 }, keys.length)
  const words = toWords(found, keys.length)
  const first = wanted(block, 10.5, 99.5)
  expect(words.subarray(0, first.length)).toEqual(first)
  expect(words.subarray(-first.length)).toEqual(first)
  const inFirst = block.filter((key) => key > 10 && key < 100).length
  expect(countDocs(found, keys.length)).toBe(blocks * inFirst)
})
