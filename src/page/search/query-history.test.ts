import { expect, test } from 'vitest'
import { readHistory, withQuery } from './query-history.ts'

test('a query stands once, at the top', () => {
  expect(withQuery(['a', 'b', 'c'], ' b ')).toEqual(['b', 'a', 'c'])
  expect(withQuery(['a'], '*')).toEqual(['a'])
  expect(withQuery(['a'], '')).toEqual(['a'])
})

test('no more are kept than somebody looks through', () => {
  const many = Array.from({ length: 60 }, (_, i) => `q${i}`)
  expect(withQuery(many, 'new')).toHaveLength(50)
})

test('whatever the browser holds is a list of texts', () => {
  expect(readHistory(undefined)).toEqual([])
  expect(readHistory('{')).toEqual([])
  expect(readHistory('{"a":1}')).toEqual([])
  expect(readHistory('["a",1,null,"b"]')).toEqual(['a', 'b'])
})
