import { expect, test } from 'vitest'
import { KILLS } from '../killer.ts'

test('over a folder 200 processes are killed, and 48 more over a bucket', () => {
  const { bucket, ...folder } = KILLS
  const total = Object.values(folder).reduce((sum, count) => sum + count, 0)
  expect([total, bucket]).toEqual([200, 48])
})
