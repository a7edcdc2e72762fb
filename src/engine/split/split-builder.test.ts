import { bodyBytes } from '../ports.ts'
import { describe, expect, test } from 'vitest'
import { isQwError } from '../errors.ts'
import type { FieldSpec } from '../schema/field-spec.ts'
import type { TypedValue, ValueType } from '../schema/value-type.ts'
import { locateDocs, readDocs } from './doc-store.ts'
import { decodeFooter } from './footer.ts'
import { type CollectedFields, encodeFields } from './encode-fields.ts'
import { SplitBuilder } from './split-builder.ts'
import type { SplitWork } from './split-work.ts'

const whole = {
  tokenizer: {
    name: 'raw',
    lowercases: false,
    tokenize(text: string, out: { count: number; terms: string[]; positions: number[] }) {
      out.count = 1
      out.terms[0] = text
      out.positions[0] = 0
    },
  },
  record: 'basic',
  fieldnorms: false,
} as const

function spec(id: number, path: string, type: ValueType): FieldSpec {
  return { id, path, type, terms: whole, column: { normalizer: 'raw', precisionNs: 1_000_000 } }
}

const specs = [
  spec(0, 'ts', 'date'),
  spec(1, 'tenant', 'u64'),
  spec(2, 'host', 'str'),
  spec(3, 'load', 'f64'),
]
const settings = {
  docStoreBlockBytes: 64,
  timestampPath: 'ts',
  tagPaths: ['tenant', 'host', 'load', 'absent'],
  indexFieldPresence: false,
}

function builderWith(docs: readonly (readonly TypedValue[])[], work?: SplitWork): SplitBuilder {
  const builder = new SplitBuilder(specs, settings, work)
  for (const [i, values] of docs.entries()) {
    const fieldIds = values.map((_, id) => id)
    const doc = {
      count: values.length,
      fieldIds,
      values: [...values],
      timestamp: undefined,
      presentPaths: [],
    }
    builder.add(doc, new TextEncoder().encode(`{"doc":${i}}`))
  }
  return builder
}

describe('what a finished split tells the metastore', () => {
  test('the time range in whole seconds, inclusive', async () => {
    const built = await builderWith([[5999], [1000], [3500]]).finish()
    expect(built.timeRange).toEqual({ startSeconds: 1, endSeconds: 5 })
  })

  test('tags for texts and integers, and none for other values', async () => {
    const built = await builderWith([
      [0, 7, 'web', 0.5],
      [0, 12, 'db', 1],
    ]).finish()
    expect(built.tags).toEqual(['host!', 'host:db', 'host:web', 'tenant!', 'tenant:12', 'tenant:7'])
  })

  test('no tags for a field with more than 1000 values', async () => {
    const docs = Array.from({ length: 1001 }, (_, i) => [0, i, 'web'])
    expect((await builderWith(docs).finish()).tags).toEqual(['host!', 'host:web'])
  })

  test('the bounds of number and date columns', async () => {
    const built = await builderWith([
      [0, 7, 'web', 0.5],
      [9, 12, 'db', -1],
    ]).finish()
    expect(built.columnBounds).toEqual([
      { path: 'load', type: 'f64', min: -1, max: 0.5 },
      { path: 'tenant', type: 'u64', min: 7, max: 12 },
      { path: 'ts', type: 'date', min: 0, max: 9 },
    ])
  })

  test('where its footer is, up to the end of the file', async () => {
    const built = await builderWith([[0]]).finish()
    const bytes = bodyBytes(built.pieces)
    expect(built.footer.end).toBe(bytes.length)
    expect(decodeFooter(bytes.subarray(built.footer.start)).docCount).toBe(1)
  })
})

describe('the split builder', () => {
  test('holds more memory as documents come', () => {
    const few = builderWith(Array.from({ length: 10 }, (_, i) => [i, i, `host ${i}`]))
    const many = builderWith(Array.from({ length: 10_000 }, (_, i) => [i, i, `host ${i}`]))
    expect(many.memoryBytes).toBeGreaterThan(few.memoryBytes * 5)
    expect(many.docCount).toBe(10_000)
  })

  test('knows what its arrays hold', async () => {
    const taken: CollectedFields[] = []
    const work: SplitWork = {
      sealDocs: () => Promise.resolve(new Uint8Array(0)),
      encodeFields: (fields) => {
        taken.push(fields)
        return encodeFields(fields)
      },
    }
    const docs = Array.from({ length: 100_000 }, (_, i) => [i, i % 7, `host ${i % 50_000}`])
    const builder = builderWith(docs, work)
    // Documents that wait to be sealed count until they are.
    await Promise.resolve()
    const estimate = builder.memoryBytes
    await builder.finish('beside')
    const collected = arrayBytes(taken)
    expect(collected).toBeGreaterThan(3_000_000)
    // Above it: the tables in which values are found, which are not collected, and the documents.
    expect(estimate).toBeGreaterThan(collected)
    expect(estimate).toBeLessThan(collected * 1.8)
  })

  test('refuses to finish without documents', async () => {
    await expect(new SplitBuilder(specs, settings).finish()).rejects.toSatisfy((error) =>
      isQwError(error, 'internal'),
    )
  })

  test('stores documents so that a few can be read from few blocks', async () => {
    const built = await builderWith(Array.from({ length: 100 }, (_, i) => [i])).finish()
    const bytes = bodyBytes(built.pieces)
    const { docStore } = decodeFooter(bytes)
    const blocks = locateDocs(docStore, [99, 3, 99])
    expect(blocks).toHaveLength(2)
    const read = readDocs(
      blocks,
      blocks.map(({ start, end }) => bytes.subarray(start, end)),
      [99, 3, 99],
    )
    expect(read.map((doc) => Buffer.from(doc).toString())).toEqual([
      '{"doc":99}',
      '{"doc":3}',
      '{"doc":99}',
    ])
    expect(() => locateDocs(docStore, [100])).toThrow(/document 100/)
  })
})

/** Of all typed arrays in a value, as far as they are used. */
function arrayBytes(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  if (ArrayBuffer.isView(value)) return value.byteLength
  return Object.values(value).reduce((sum: number, part) => sum + arrayBytes(part), 0)
}
