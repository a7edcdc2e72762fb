import { expect, test } from 'vitest'
import { instantClock } from '../../stores/testing/instant-clock.ts'
import { ULID_CHARS, UlidGenerator, ulidTimeMs } from './ulid.ts'

test('an id has 26 characters of Crockford base 32, time first', () => {
  const clock = instantClock(1_469_918_176_385)
  const id = new UlidGenerator(clock, { bytes: (count) => new Uint8Array(count) }).next()
  expect(id).toBe('01ARYZ6S410000000000000000')
  expect(id).toHaveLength(ULID_CHARS)
  expect(ulidTimeMs(id)).toBe(1_469_918_176_385)
})

test('ids ascend within a millisecond, when the clock steps back and when the random part is used up', () => {
  const clock = instantClock(1_000)
  const ulids = new UlidGenerator(clock, { bytes: (count) => new Uint8Array(count).fill(255) })
  const ids = [ulids.next(), ulids.next(), ulids.next()]
  clock.advance(-500)
  ids.push(ulids.next())
  clock.advance(5_000)
  ids.push(ulids.next())
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})
