import { expect, test } from 'vitest'
import { minimumOf, parseMinimumMatch } from './minimum-match.ts'

test.each<[unknown, number, number | undefined]>([
  [2, 5, 2],
  ['2', 5, 2],
  [-1, 5, 4],
  [-5, 5, undefined],
  ['75%', 5, 3],
  ['-25%', 5, 4],
  ['2<75%', 2, 2],
  ['2<75%', 8, 6],
  ['2<-25% 9<-3', 8, 6],
  ['9<-3 2 < -25%', 12, 9],
  ['2<-25% 9<-3', 1, 1],
])('%j of %d clauses is %s', (value, count, expected) => {
  const match = parseMinimumMatch(value)
  expect(match && minimumOf(match, count)).toBe(expected)
})

test.each([1.5, '', 'most', '50', '2<', '2<x', null, [], '3<50% x'])('%j: %s', (value) => {
  const isNumber = value === '50'
  expect(parseMinimumMatch(value) === undefined).toBe(!isNumber)
})
