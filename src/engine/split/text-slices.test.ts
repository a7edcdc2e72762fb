import { expect, test } from 'vitest'
import { runningSums } from './text-slices.ts'

test('pieces of these sizes start where those before them end; the last sum is the end of all', () => {
  expect([...runningSums(Uint8Array.of(3, 0, 200, 255))]).toEqual([0, 3, 3, 203, 458])
  expect([...runningSums(new Uint8Array(0))]).toEqual([0])
})
