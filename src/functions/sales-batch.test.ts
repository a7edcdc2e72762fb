import { expect, test } from 'vitest'
import { salesBatch } from './sales-batch.ts'
import { SALES_WORDS } from './sales-words.ts'

const startMs = Date.UTC(2026, 0, 1) + 0.7

function docsOf(bytes: Uint8Array): Record<string, unknown>[] {
  const lines = Buffer.from(bytes).toString().split('\n')
  return lines.map((line) => JSON.parse(line))
}

test('a batch has the shape of the tutorial: one millisecond, one id and one item name per document', () => {
  const docs = docsOf(salesBatch({ seed: 7, count: 10_001, startMs }))
  expect(docs).toHaveLength(10_001)
  docs.forEach((doc, i) => {
    expect(Object.keys(doc)).toEqual(['ts', 'id', 'name', 'price', 'quantity', 'description'])
    expect(doc).toMatchObject({ ts: Math.floor(startMs) + i, id: i, name: `Item ${i}` })
    expect(String(doc['description']).split(' ')).toHaveLength(8)
  })
})

test('prices have cents from 1 to 100 and quantities go from 1 to 10', () => {
  const docs = docsOf(salesBatch({ seed: 1, count: 20_000, startMs }))
  const prices = docs.map((doc) => Number(doc['price']))
  expect(prices.every((price) => price >= 1 && price <= 100)).toBe(true)
  expect(prices.every((price) => Math.abs(price * 100 - Math.round(price * 100)) < 1e-9)).toBe(true)
  const quantities = new Set(docs.map((doc) => Number(doc['quantity'])))
  expect([...quantities].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

test('a price is always written as a float and the last line has no line end', () => {
  const text = Buffer.from(salesBatch({ seed: 3, count: 5_000, startMs })).toString()
  expect(text.match(/"price":\d+\.\d+,/g)).toHaveLength(5_000)
  expect(text.endsWith('}')).toBe(true)
})

test('the same seed gives the same bytes and another seed gives others', () => {
  const batch = (seed: number): string =>
    Buffer.from(salesBatch({ seed, count: 100, startMs })).toString()
  expect(batch(2 ** 40 + 5)).toBe(batch(2 ** 40 + 5))
  expect(batch(2 ** 40 + 5)).not.toBe(batch(5))
  expect(batch(1)).not.toBe(batch(2))
})

test('the words are 2,286, lower-case, different and in alphabetical order from a to zero', () => {
  expect(SALES_WORDS).toHaveLength(2_286)
  expect(new Set(SALES_WORDS).size).toBe(2_286)
  expect(SALES_WORDS.toSorted()).toEqual(SALES_WORDS)
  expect(SALES_WORDS.every((word) => /^[a-z]+$/.test(word))).toBe(true)
  expect([SALES_WORDS[0], SALES_WORDS.at(-1), SALES_WORDS.includes('animal')]).toEqual([
    'a',
    'zero',
    true,
  ])
})

test('a batch of no documents is empty', () => {
  expect(salesBatch({ seed: 1, count: 0, startMs }).length).toBe(0)
})
