import { expect, test } from 'vitest'
import { placeInQuery, reasonOf, wrongPlace } from './wrong-place.ts'

test('a query is cut where it is wrong', () => {
  expect(wrongPlace('a AND (', 6)).toEqual({ before: 'a AND ', wrong: '(', after: '' })
  expect(wrongPlace('a AND ', 6)).toEqual({ before: 'a AND ', wrong: '', after: '' })
  expect(wrongPlace('qty:abc x', 4, 3)).toEqual({ before: 'qty:', wrong: 'abc', after: ' x' })
  expect(wrongPlace('a🎉b', 1).wrong).toBe('🎉')
})

test('of a long query what is around the mistake', () => {
  const { before, wrong, after } = wrongPlace('x'.repeat(500), 250)
  expect([before.length, wrong.length, after.length]).toEqual([61, 1, 61])
  expect(before.startsWith('…') && after.endsWith('…')).toBe(true)
})

test('in a regular expression the place is counted from the beginning of the query', () => {
  const message = 'failed to parse regex `b(`: this `(` is never closed'
  const mistake = { message, code: 'QWL-QUERY-REGEX', position: 1 }
  expect(placeInQuery(mistake, 'a AND tag:/b(/')).toBe(12)
  expect(placeInQuery(mistake, 'somebody typed on')).toBeUndefined()
  expect(placeInQuery({ ...mistake, code: 'QWL-QUERY-SYNTAX' }, 'a (')).toBe(1)
})

test('the reason is told without the query, which stands beside it', () => {
  const reason = 'this `(` is never closed'
  expect(reasonOf(`failed to parse query: \`a:(b\`: ${reason}`, 'a:(b')).toBe(reason)
  expect(reasonOf('the search took over 30 s', 'a')).toBe('the search took over 30 s')
})
