import { expect, test } from 'vitest'
import { filterByPaths } from './reply-shape.ts'

const REPLY = {
  took: 1,
  hits: { total: { value: 2 }, hits: [{ _id: 'a', _source: { x: 1, y: 2 } }, { _id: 'b' }] },
}

test.each([
  ['took', { took: 1 }],
  ['hits.total.value', { hits: { total: { value: 2 } } }],
  ['hits.hits._id', { hits: { hits: [{ _id: 'a' }, { _id: 'b' }] } }],
  ['hits.hits._source', { hits: { hits: [{ _source: { x: 1, y: 2 } }] } }],
  ['t*k', { took: 1 }],
  ['**.value', { hits: { total: { value: 2 } } }],
  ['hits.**._id', { hits: { hits: [{ _id: 'a' }, { _id: 'b' }] } }],
  ['hits.total.**', { hits: { total: { value: 2 } } }],
  ['absent', {}],
  ['-hits', { took: 1 }],
  ['hits,-hits.hits,-hits.total.value', { hits: { total: {} } }],
])('filter_path=%s', (paths, expected) => {
  expect(filterByPaths(REPLY, paths.split(','))).toEqual(expected)
})
