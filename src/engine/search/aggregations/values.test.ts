import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DocBlock } from './aggregation.ts'
import { ValueBlock, withoutValue } from './values.ts'

function block(docs: readonly number[]): DocBlock {
  const isRun = docs.every((doc, i) => i === 0 || doc === (docs[i - 1] ?? 0) + 1)
  const parents = Uint32Array.from(docs, (doc) => doc % 3)
  return { docs: Uint32Array.from(docs), parents, count: docs.length, isRun, onlyParent: undefined }
}

function entries({ docs, parents, keys, count }: ValueBlock): number[][] {
  return Array.from({ length: count }, (_, i) => [docs[i] ?? -1, parents[i] ?? -1, keys[i] ?? -1])
}

const counts = fc.array(fc.nat(3), { minLength: 1, maxLength: 40 })

test('each value of each document is one entry, with the document and its parent bucket', () => {
  fc.assert(
    fc.property(counts, (perDoc) => {
      const starts = Uint32Array.from([0, ...perDoc])
      for (let i = 1; i < starts.length; i++) starts[i] = Number(starts[i]) + Number(starts[i - 1])
      const keys = Uint32Array.from({ length: starts.at(-1) ?? 0 }, (_, at) => at * 10)
      const docs = perDoc.flatMap((_, doc) => (doc % 4 === 1 ? [] : [doc]))
      const values = new ValueBlock()
      values.fill({ keys, starts }, block(docs))
      const expected = docs.flatMap((doc) =>
        Array.from({ length: perDoc[doc] ?? 0 }, (_, nth) => [
          doc,
          doc % 3,
          (Number(starts[doc]) + nth) * 10,
        ]),
      )
      expect(entries(values)).toEqual(expected)
    }),
  )
})

test.each([[Uint8Array], [Uint16Array], [Uint32Array], [Float64Array]])(
  'one value per document is looked up in a %o, in a run or scattered',
  (Keys) => {
    const keys = new Keys(20).map((_, doc) => doc + 100)
    for (const docs of [
      [3, 4, 5],
      [0, 7, 19],
    ]) {
      const values = new ValueBlock()
      values.fill({ keys, starts: undefined }, block(docs))
      expect(entries(values)).toEqual(docs.map((doc) => [doc, doc % 3, doc + 100]))
    }
  },
)

test('a filter keeps the entries that are marked', () => {
  const values = new ValueBlock()
  values.fill({ keys: Uint8Array.of(5, 6, 7), starts: undefined }, block([0, 1, 2]))
  values.filter(Uint8Array.of(1, 0, 1))
  expect(entries(values)).toEqual([
    [0, 0, 5],
    [2, 2, 7],
  ])
})

test('documents without value are those that every column leaves out', () => {
  const shape = {
    keys: new Uint8Array(0),
    blockMins: new Float64Array(0),
    blockMaxs: new Float64Array(0),
  }
  const column = (starts: readonly number[] | undefined) =>
    ({ ...shape, starts: starts && Uint32Array.from(starts) }) as unknown as Parameters<
      typeof withoutValue
    >[0][number] // only `starts` is looked at
  const rest = withoutValue([column([0, 1, 1, 1]), column([0, 0, 0, 1])], block([0, 1, 2]))
  expect([...rest.docs.subarray(0, rest.count)]).toEqual([1])
  expect(withoutValue([column(undefined)], block([0, 1, 2])).count).toBe(0)
  expect(withoutValue([], block([0, 1, 2])).count).toBe(3)
})

test('what a document has twice in one parent bucket is left out, in runs of any length', () => {
  const entry = fc.record({
    doc: fc.nat(3),
    parent: fc.nat(1),
    keys: fc.array(fc.nat(9), { maxLength: 70 }),
  })
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 12 }), (list) => {
      const ordered = list.toSorted((a, b) => a.doc - b.doc || a.parent - b.parent)
      const rows = ordered.flatMap(({ doc, parent, keys }) => keys.map((key) => [doc, parent, key]))
      const values = new ValueBlock()
      const column = (at: number): number[] => rows.map((row) => row[at] ?? -1)
      values.docs = Uint32Array.from(column(0))
      values.parents = Uint32Array.from(column(1))
      values.keys = Float64Array.from(column(2))
      values.count = rows.length
      values.unique()
      const distinct = new Map(rows.map((row) => [row.join(), row]))
      expect(entries(values)).toEqual([...distinct.values()])
    }),
  )
})
