import { expect, test } from 'vitest'
import { aggregate, aggregateOpen, refusal } from '../testing/aggregation-fixture.ts'

test('counts distinct values over all splits', async () => {
  expect(await aggregate({ cardinality: { field: 'shop' } })).toEqual({ value: 3 })
  expect(await aggregate({ cardinality: { field: 'colors' } })).toEqual({ value: 2 })
  expect(await aggregate({ cardinality: { field: 'price' } })).toEqual({ value: 6 })
})

test('values of different types differ, equal numbers of different types do not', async () => {
  const cardinality = { field: 'open.x' }
  expect(
    await aggregateOpen({ cardinality }, [
      [1, '1', true],
      [1, 1.5],
    ]),
  ).toEqual({ value: 4 })
})

test('`missing` is one more value, unless a document has it', async () => {
  const cardinality = { field: 'shop', missing: 'nowhere' }
  expect(await aggregate({ cardinality })).toEqual({ value: 4 })
  expect(await aggregate({ cardinality: { ...cardinality, missing: 'north' } })).toEqual({
    value: 3,
  })
})

test('over nothing it is zero', async () => {
  expect(await aggregate({ cardinality: { field: 'shop' } }, [])).toEqual({ value: 0 })
})

test('refuses a `missing` that is no value', async () => {
  expect(await refusal({ cardinality: { field: 'shop', missing: {} } })).toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('`missing`'),
  })
})
