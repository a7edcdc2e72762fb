import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteWriter } from '../bytes/cursor.ts'
import { bodyBytes } from '../ports.ts'
import { encodePositions, ListSection } from '../split/postings.ts'
import type { TermEntry } from '../split/term-dictionary.ts'
import { PositionList } from './position-list.ts'

interface Written {
  readonly list: PositionList
  readonly entry: TermEntry
  readonly freqs: Uint32Array
}

/** Of documents with these positions, ascending in each. */
function written(lists: readonly (readonly number[])[]): Written {
  const docCount = lists.length
  const freqs = Uint32Array.from(lists, ({ length }) => length)
  const place = { docCount, start: 0, positionsStart: 0 }
  const out = new ByteWriter()
  const docs = Uint32Array.from(freqs.keys())
  const positions = Uint32Array.from(lists.flat())
  encodePositions(positions, freqs, { ...place, docs, freqs, positions }, out)
  const section = new ListSection(0)
  section.append(out.view())
  const range = { kind: 'range', start: 0, end: section.end } as const
  const entry = { docCount, hasFreqs: true, postings: range, positions: range }
  const list = new PositionList(bodyBytes(section.pieces()).slice(), docCount)
  return { list, entry, freqs }
}

test('has the positions of each document, however wide they are', () => {
  const positions = fc
    .uniqueArray(fc.oneof(fc.nat(255), fc.nat(65_535), fc.nat(1 << 20)), { minLength: 1 })
    .map((list) => list.toSorted((a, b) => a - b))
  fc.assert(
    fc.property(fc.array(positions, { minLength: 1 }), (lists) => {
      const { list, entry, freqs } = written(lists)
      const { offsets, positions: found } = list.decoded(entry, freqs)
      const read = lists.map((_, doc) =>
        offsets === undefined
          ? [found[doc]]
          : Array.from(found.subarray(offsets[doc], offsets[doc + 1])),
      )
      expect(read).toEqual(lists)
    }),
  )
})

test('small positions, one in each document, take a byte and no offsets, and are kept', () => {
  const { list, entry, freqs } = written(Array.from({ length: 300 }, (_, doc) => [doc % 256]))
  const found = list.decoded(entry, freqs)
  expect(found.offsets).toBeUndefined()
  expect(found.positions).toBeInstanceOf(Uint8Array)
  expect(list.decoded(entry, freqs)).toBe(found)
  expect(list.memoryBytes).toBeGreaterThan(300)
})

test('what takes more than its memory says is decoded again', () => {
  const many = Array.from({ length: 100 }, (_, at) => at * 1_000)
  const { list, entry, freqs } = written(Array.from({ length: 300 }, () => many))
  expect(list.decoded(entry, freqs)).not.toBe(list.decoded(entry, freqs))
})
