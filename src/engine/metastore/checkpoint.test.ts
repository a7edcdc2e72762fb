import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  advance,
  type Checkpoint,
  checkpointJson,
  decodeCheckpoint,
  encodePosition,
  FINISHED_FILE_MEMORY_SECONDS,
  isEnd,
  MIN_FINISHED_FILES_KEPT,
  NAMED_FILES_KEPT,
  positionBytes,
  positionOf,
  UNFINISHED_FILE_MEMORY_SECONDS,
  withoutPartition,
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
  expect(isEnd(positionOf(checkpoint, 's', 'oldest'))).toBe(true)
  checkpoint = finish(checkpoint, 'newest', FINISHED_FILE_MEMORY_SECONDS + 5)
  expect(positionOf(checkpoint, 's', 'oldest')).toBe('')
  expect(isEnd(positionOf(checkpoint, 's', 'file 0'))).toBe(true)
  expect(positionOf(checkpoint, 's', 'newest')).toBe(END)
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
  const text = checkpointJson(checkpoint)
  expect(decodeCheckpoint(JSON.parse(text))).toEqual(checkpoint)
})

test('the newest files keep their names; of older ones it is only known that they were there', () => {
  const day = 24 * 3600
  let checkpoint = EMPTY
  for (let i = 0; i < 5 * 288; i++) {
    checkpoint = finish(
      checkpoint,
      `s3://staging/mock-sales/17000${i}-123.gz#"${'0f'.repeat(16)}"`,
      i * 300,
    )
  }
  const text = checkpointJson(checkpoint)
  expect(text.length).toBeLessThan(70_000)
  expect(checkpoint.get('s')?.size).toBe(5 * 288)
  const names = [...(checkpoint.get('s')?.keys() ?? [])].filter((id) => !id.startsWith('#'))
  expect(names).toHaveLength(NAMED_FILES_KEPT)
  const read = decodeCheckpoint(JSON.parse(text))
  for (const i of [0, 700, 5 * 288 - 1]) {
    const id = `s3://staging/mock-sales/17000${i}-123.gz#"${'0f'.repeat(16)}"`
    expect(isEnd(positionOf(read, 's', id))).toBe(true)
    expect(
      advance(read, { sourceId: 's', partitionId: id, from: '', to: END }, 5 * day),
    ).toBeUndefined()
    const without = withoutPartition(read, 's', id)
    expect(positionOf(without, 's', id)).toBe('')
    expect(without.get('s')?.size).toBe(5 * 288 - 1)
  }
})

test('a file that was begun keeps its name and its place, however many come after it', () => {
  const half = encodePosition(2, false)
  let checkpoint =
    advance(EMPTY, { sourceId: 's', partitionId: 'half', from: '', to: half }, 0) ?? EMPTY
  for (let i = 0; i < 2 * NAMED_FILES_KEPT; i++) checkpoint = finish(checkpoint, `file ${i}`, 1)
  expect(checkpoint.get('s')?.get('half')?.position).toBe(half)
  expect(withoutPartition(checkpoint, 's', 'unknown')).toBe(checkpoint)
  expect(withoutPartition(checkpoint, 's').get('s')?.size).toBe(0)
})
