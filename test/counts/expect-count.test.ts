import { expect, test } from 'vitest'
import { expectCount } from './expect-count.ts'

const KEPT = { what: 'requests of a term', kept: 200, look: 'Look at the plan.' }

test('a count that is worse fails with a sentence that names it and says where to look', () => {
  expect(() => expectCount({ ...KEPT, counted: 201 })).toThrow(
    'requests of a term: 200 is kept, 201 is counted. That is worse. Look at the plan.',
  )
})

test('a count that is better asks for the new figure to be kept', () => {
  expect(() => expectCount({ ...KEPT, counted: 199 })).toThrow(
    'That is better: keep the new figure',
  )
})

test('a count may be off by the share that is allowed, and by no more', () => {
  expectCount({ ...KEPT, counted: 198, within: 0.01 })
  expectCount({ ...KEPT, counted: 202, within: 0.01 })
  expect(() => expectCount({ ...KEPT, counted: 203, within: 0.01 })).toThrow('203 is counted')
})
