import { expect, test } from 'vitest'
import { answerKey, currentKey, keyQuestion, otherKey } from './key.ts'

test('requests that are refused together ask once, and go on with the key that is given', async () => {
  const asked = [otherKey(''), otherKey('')]
  expect(keyQuestion.value).toEqual({ wasRefused: false })
  answerKey('wrong')
  expect(await Promise.all(asked)).toEqual([true, true])
  expect([currentKey(), keyQuestion.value]).toEqual(['wrong', undefined])

  // One that was sent without it has something to try now.
  expect(await otherKey('')).toBe(true)
  const again = otherKey('wrong')
  expect(keyQuestion.value).toEqual({ wasRefused: true })
  answerKey('right')
  expect(await again).toBe(true)
})

test('without an answer the refusal stands', async () => {
  const asked = otherKey(currentKey())
  answerKey('')
  expect(await asked).toBe(false)
  expect([currentKey(), keyQuestion.value]).toEqual(['right', undefined])
})
