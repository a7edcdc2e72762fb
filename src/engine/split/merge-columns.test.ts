import { expect, test } from 'vitest'
import { mergeColumns } from './merge-columns.ts'
import { mergeFields, sampleSplit } from './testing/sample-split.ts'

test('values of all inputs stand one split after the other', async () => {
  const splits = [
    await sampleSplit(['n:i64'], [{ n: 5 }, { n: -7 }]),
    await sampleSplit(['n:i64'], [{ n: 1000 }]),
  ]
  expect(mergeColumns(mergeFields(splits, 'n'), 3)).toMatchObject({
    kind: 'int',
    docs: undefined,
    values: { kind: 'numbers', values: Float64Array.of(5, -7, 1000) },
  })
})

test('documents of splits without the field have no value', async () => {
  const splits = [
    await sampleSplit(['x:f64'], [{ x: 0.5 }]),
    await sampleSplit(['n:i64'], [{ n: 1 }, { n: 2 }]),
    await sampleSplit(['x:f64'], [{}, { x: 2.5 }]),
  ]
  expect(mergeColumns(mergeFields(splits, 'x'), 5)).toMatchObject({
    kind: 'float',
    docs: Uint32Array.of(0, 4),
    values: Float64Array.of(0.5, 2.5),
  })
})

test('integers that no double holds stay exact', async () => {
  const big = 2n ** 63n - 1n
  const splits = [
    await sampleSplit(['n:i64'], [{ n: 1 }]),
    await sampleSplit(['n:i64'], [{ n: big }]),
  ]
  expect(mergeColumns(mergeFields(splits, 'n'), 2)).toMatchObject({
    values: { kind: 'bigints', values: BigInt64Array.of(1n, big) },
  })
})

test('the same bytes of two splits are one entry of the merged dictionary', async () => {
  const address = (last: number): Uint8Array =>
    Uint8Array.from({ length: 16 }, (_, i) => (i < 15 ? 0 : last))
  const splits = [
    await sampleSplit(['ip:ip'], [{ ip: address(2) }, { ip: address(1) }]),
    await sampleSplit(['ip:ip'], [{ ip: address(2) }, { ip: address(3) }]),
  ]
  const merged = mergeColumns(mergeFields(splits, 'ip'), 4)
  if (merged?.kind !== 'ordinal') throw new Error('a column of addresses')
  expect([merged.termCount, [...merged.ordinals]]).toEqual([3, [1, 0, 1, 2]])
})

test('a field without column anywhere has none', async () => {
  const split = await sampleSplit(['body:str'], [{ body: 'red' }])
  expect(mergeColumns(mergeFields([split], 'body'), 1)).toBeUndefined()
})
