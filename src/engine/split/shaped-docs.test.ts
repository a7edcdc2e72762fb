import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader } from '../bytes/cursor.ts'
import { encodeShapedDocs, ShapedDocs } from './shaped-docs.ts'

function shaped(docs: readonly string[]): Uint8Array | undefined {
  const bytes = docs.map((doc) => Buffer.from(doc))
  let end = 0
  const ends = Uint32Array.from(bytes, ({ length }) => (end += length))
  return encodeShapedDocs(new Uint8Array(Buffer.concat(bytes)), ends)
}

function readAll(encoded: Uint8Array, docCount: number): string[] {
  const docs = new ShapedDocs(new ByteReader(encoded, 'test'), docCount)
  return docs
    .read(Array.from({ length: docCount }, (_, i) => i))
    .map((doc) => Buffer.from(doc).toString())
}

const number = fc.oneof(
  fc.integer(),
  fc.integer().map((n) => n / 100),
  fc.double(),
  fc.constantFrom(
    '-0',
    '007',
    '1.50',
    '1e9',
    '0.1',
    '-0.05',
    '123456789012345',
    '1234567890123456789',
    '1.',
    '-',
  ),
)
const text = fc.oneof(
  fc.string(),
  fc.nat().map((n) => `Item ${n}`),
  fc.array(fc.constantFrom('one', 'two', '', '007', '12')).map((words) => words.join(' ')),
  fc.constantFrom('\\"', '\\\\', '"', '\0', 'é', 'a\0 1'),
)
const doc = fc
  .record({
    key: fc.constantFrom('a', 'b'),
    number,
    text,
    tail: fc.constantFrom('}', '', ' ,"x":[1,"2",null]}'),
  })
  .map(({ key, number: n, text: t, tail }) => `{"n":${n},"${key}": "${t}","t":"${t}"${tail}`)

describe('shaped documents', () => {
  test('come back byte for byte, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(doc, doc, fc.json(), fc.string()), { minLength: 1, maxLength: 40 }),
        (docs) => {
          const encoded = shaped(docs)
          if (encoded === undefined) return
          expect(readAll(encoded, docs.length)).toEqual(
            docs.map((one) => Buffer.from(one).toString()),
          )
        },
      ),
      { numRuns: 500 },
    )
  })

  test('of one shape cost what differs between them', () => {
    const docs = Array.from(
      { length: 1000 },
      (_, i) => `{"id":${i},"name":"Item ${i}","price":${(i % 97) / 100}}`,
    )
    const encoded = shaped(docs)
    expect(encoded?.length).toBeLessThan(1200)
    expect(readAll(encoded ?? new Uint8Array(0), docs.length)).toEqual(docs)
  })

  test('write repeated words once', () => {
    const colours = ['red', 'green', 'blue', 'yellow']
    const docs = Array.from({ length: 600 }, (_, i) => {
      const bits = Math.imul(i + 1, 0x9e3779b1) >>> 16
      return `{"body":"${colours[bits & 3]} or ${colours[(bits >> 2) & 3]} and ${colours[(bits >> 4) & 3]}"}`
    })
    // Five words of three bits each.
    expect(shaped(docs)?.length).toBeLessThan(600 * 2 + 100)
  })

  test('can be read one by one, in any number and again', () => {
    const docs = Array.from({ length: 50 }, (_, i) =>
      i % 3 === 0 ? `{"a":${i}}` : `{"b":"x${i}","a":${i}}`,
    )
    const encoded = shaped(docs) ?? new Uint8Array(0)
    const opened = new ShapedDocs(new ByteReader(encoded, 'test'), docs.length)
    const places = fc.uniqueArray(fc.nat(docs.length - 1)).map((some) => some.sort((a, b) => a - b))
    fc.assert(
      fc.property(places, (some) => {
        const read = opened.read(some).map((one) => Buffer.from(one).toString())
        expect(read).toEqual(some.map((place) => docs[place]))
      }),
    )
  })

  test('are given up when every document has a shape of its own', () => {
    const docs = Array.from({ length: 100 }, (_, i) => `{"key${i}":1}`)
    expect(shaped(docs)).toBeUndefined()
  })
})
