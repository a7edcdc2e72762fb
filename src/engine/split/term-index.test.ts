import { expect, test } from 'vitest'
import { locateTerm, locateTermRange, type TermsInfo } from './term-index.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Three blocks of 100 bytes that begin at `d`, `m` and `t`. */
const INDEX: TermsInfo = {
  record: 'basic',
  termCount: 9,
  firstTerms: ['d', 'm', 't'].map(utf8),
  blockStarts: Float64Array.of(1000, 1100, 1200, 1300),
}
const [D, M, T] = [1000, 1100, 1200].map((start) => ({ start, end: start + 100 }))

test.each([
  ['a', undefined],
  ['d', D],
  ['lz', D],
  ['m', M],
  ['zzz', T],
])('the only block that can hold %s', (term, block) => {
  expect(locateTerm(INDEX, utf8(term))).toEqual(block)
})

test.each([
  ['everything', undefined, undefined, [D, M, T]],
  ['up to c', undefined, 'c', []],
  ['a to d', 'a', 'd', [D]],
  ['e to f, inside one block', 'e', 'f', [D]],
  ['e to n', 'e', 'n', [D, M]],
  ['from s, which the block before may hold', 's', undefined, [M, T]],
])('the blocks that can hold a range: %s', (_, lower, upper, blocks) => {
  const found = locateTermRange(
    INDEX,
    lower === undefined ? undefined : utf8(lower),
    upper === undefined ? undefined : utf8(upper),
  )
  expect(found).toEqual(blocks)
})

test('a dictionary without terms has no blocks', () => {
  const empty = { ...INDEX, termCount: 0, firstTerms: [], blockStarts: Float64Array.of(1000) }
  expect(locateTerm(empty, utf8('a'))).toBeUndefined()
  expect(locateTermRange(empty)).toEqual([])
})
