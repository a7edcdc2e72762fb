import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  advance,
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  encodePosition,
  FINISHED_FILE_MEMORY_SECONDS,
  isEnd,
  MIN_FINISHED_FILES_KEPT,
  positionBytes,
  positionOf,
  UNFINISHED_FILE_MEMORY_SECONDS,
} from './checkpoint.ts'

const EMPTY: Checkpoint = new Map()
const END = encodePosition(5, true)

function finish(checkpoint: Checkpoint, partitionId: string, nowSeconds: number): Checkpoint {
  const delta = { sourceId: 's', partitionId, from: '', to: END }
  const next = advance(checkpoint, delta, nowSeconds)
  if (next === undefined) throw new Error(`${partitionId} was not at its beginning`)
  return next
}

test('positions sort as text like their offsets, and the end sorts last', () => {
  expect(encodePosition(123_456, true)).toBe('~00000000000000123456')
  const offset = fc.nat({ max: Number.MAX_SAFE_INTEGER })
  fc.assert(
    fc.property(offset, offset, (a, b) => {
      expect(encodePosition(a, false) < encodePosition(b, false)).toBe(a < b)
      expect(encodePosition(a, false) < encodePosition(b, true)).toBe(true)
      expect(positionBytes(encodePosition(a, true))).toBe(a)
      expect(isEnd(encodePosition(a, false))).toBe(false)
    }),
  )
})

test('a partition moves from where it stands and from nowhere else', () => {
  const at10 = encodePosition(10, false)
  const delta = { sourceId: 's', partitionId: 'p', from: '', to: at10 }
  const moved = advance(EMPTY, delta, 1)
  expect(positionOf(moved ?? EMPTY, 's', 'p')).toBe(at10)
  expect(advance(moved ?? EMPTY, delta, 1)).toBeUndefined()
  expect(advance(EMPTY, { ...delta, from: at10, to: END }, 1)).toBeUndefined()
})

test('a position that is no offset is corrupt', () => {
  expect(() => positionBytes('~x')).toThrow(/byte offset/)
})

test('finished files are forgotten by age once enough newer ones are known', () => {
  let checkpoint = finish(EMPTY, 'oldest', 0)
  for (let i = 0; i < MIN_FINISHED_FILES_KEPT; i++) checkpoint = finish(checkpoint, `file ${i}`, 10)
  expect(positionOf(checkpoint, 's', 'oldest')).toBe(END)
  checkpoint = finish(checkpoint, 'newest', FINISHED_FILE_MEMORY_SECONDS + 5)
  expect(positionOf(checkpoint, 's', 'oldest')).toBe('')
  expect(positionOf(checkpoint, 's', 'file 0')).toBe(END)
})

test('a few finished files are remembered for ever, and unfinished ones for long', () => {
  const half = encodePosition(2, false)
  const begun = advance(EMPTY, { sourceId: 's', partitionId: 'half', from: '', to: half }, 0)
  let checkpoint = finish(finish(begun ?? EMPTY, 'a', 0), 'b', 10 * FINISHED_FILE_MEMORY_SECONDS)
  expect(positionOf(checkpoint, 's', 'a')).toBe(END)
  for (let i = 0; i < MIN_FINISHED_FILES_KEPT; i++) {
    checkpoint = finish(checkpoint, `file ${i}`, UNFINISHED_FILE_MEMORY_SECONDS)
  }
  expect(positionOf(checkpoint, 's', 'half')).toBe(half)
})

test('what is written is read back', () => {
  const checkpoint = finish(finish(EMPTY, 's3://b/k#"1"', 7), '__proto__', 8)
  const text = JSON.stringify(encodeCheckpoint(checkpoint))
  expect(decodeCheckpoint(JSON.parse(text))).toEqual(checkpoint)
})
