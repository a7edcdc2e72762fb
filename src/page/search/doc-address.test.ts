import { expect, test } from 'vitest'
import { cursorBefore, readDocAddress, writeDocAddress } from './doc-address.ts'

const address = '01M8F3QEZBHR3VB8SQJH9B06HJ:00000000:0001869f'
const time = '2026-11-27T18:19:19.452000000Z'

test.each([
  { address, time },
  { address, time: undefined },
])('a document is named and found again: %j', (doc) => {
  expect(readDocAddress(writeDocAddress(doc))).toEqual(doc)
})

test('what names no document is none', () => {
  expect(readDocAddress('')).toBeUndefined()
  expect(readDocAddress(`${address}@`)).toBeUndefined()
  expect(readDocAddress('javascript:alert(1)')).toBeUndefined()
})

test('in a descending order the document is the first one after the next address', () => {
  expect(cursorBefore({ address, time })).toEqual([
    time,
    '01M8F3QEZBHR3VB8SQJH9B06HJ:00000000:000186a0',
  ])
})
