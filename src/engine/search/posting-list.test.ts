import { bodyBytes } from '../ports.ts'
import { expect, test } from 'vitest'
import { ByteWriter } from '../bytes/cursor.ts'
import { encodePostings, ListSection } from '../split/postings.ts'
import { toList } from './doc-set.ts'
import { PostingList } from './posting-list.ts'

function written(hasFreqs: boolean): PostingList {
  const list = new ByteWriter()
  encodePostings(
    {
      docCount: 3,
      start: 0,
      docs: Uint32Array.of(4, 9, 500),
      freqs: hasFreqs ? Uint32Array.of(1, 7, 2) : undefined,
      positions: undefined,
      positionsStart: 0,
    },
    list,
  )
  const section = new ListSection(100)
  section.append(list.view())
  return new PostingList(bodyBytes(section.pieces()).slice(), {
    start: 100,
    end: section.end,
    docCount: 3,
    hasFreqs,
  })
}

test('gives documents, and frequencies where they are asked for', () => {
  const list = written(true)
  expect(list.docs(501)).toEqual({ kind: 'list', docs: Uint32Array.of(4, 9, 500) })
  expect([...(list.withFreqs().freqs ?? [])]).toEqual([1, 7, 2])
  expect([...list.withFreqs().docs]).toEqual([4, 9, 500])
})

test('is decoded once', () => {
  const list = written(true)
  expect(list.docs(501)).toBe(list.docs(501))
  expect(list.withFreqs()).toBe(list.withFreqs())
})

test('has no frequencies where the field records none', () => {
  expect(written(false).withFreqs().freqs).toBeUndefined()
})

test('counts the memory of all that it may decode to', () => {
  expect(written(true).memoryBytes).toBeGreaterThan(3 * 8)
})

test('takes a bit a document where they are many', () => {
  const docs = Uint32Array.from({ length: 200 }, (_, i) => i * 2)
  const writer = new ByteWriter()
  const shape = {
    docCount: 200,
    start: 0,
    positionsStart: 0,
    freqs: undefined,
    positions: undefined,
  }
  encodePostings({ ...shape, docs }, writer)
  const section = new ListSection(0)
  section.append(writer.view())
  const place = { start: 0, end: section.end, docCount: 200, hasFreqs: false }
  const list = new PostingList(bodyBytes(section.pieces()).slice(), place)
  const set = list.docs(400)
  expect(set).toMatchObject({ kind: 'bits', count: 200 })
  expect(toList(set, 400)).toEqual(docs)
  // Sixteen documents in each word of 32.
  const ranks = Uint32Array.from({ length: 13 }, (_, word) => word * 16)
  expect(list.ranked(400)?.ranks).toEqual(ranks)
  expect(written(true).ranked(501)).toBeUndefined()
})
