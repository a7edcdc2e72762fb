import { expect, test } from 'vitest'
import { ByteWriter } from '../bytes/cursor.ts'
import { encodePostings, ListSection } from '../split/postings.ts'
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
  return new PostingList(section.bytes().slice(), {
    start: 100,
    end: section.end,
    docCount: 3,
    hasFreqs,
  })
}

test('gives documents, and frequencies where they are asked for', () => {
  const list = written(true)
  expect([...list.docs()]).toEqual([4, 9, 500])
  expect([...(list.withFreqs().freqs ?? [])]).toEqual([1, 7, 2])
  expect(list.withFreqs().docs).toEqual(list.docs())
})

test('is decoded once', () => {
  const list = written(true)
  expect(list.docs()).toBe(list.docs())
  expect(list.withFreqs()).toBe(list.withFreqs())
})

test('has no frequencies where the field records none', () => {
  expect(written(false).withFreqs().freqs).toBeUndefined()
})

test('counts the memory of all that it may decode to', () => {
  expect(written(true).memoryBytes).toBeGreaterThan(3 * 8)
})
