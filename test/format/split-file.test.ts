import { bodyBytes } from '../../src/engine/ports.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TypedValue } from '../../src/engine/schema/value-type.ts'
import { eraseDocs, mergeSplits } from '../../src/engine/split/merge-splits.ts'
import { buildSample, sampleSettings, sampleSpecs, type SampleDoc } from './sample-docs.ts'
import { splitContent } from './split-content.ts'

const text = fc
  .array(
    fc.oneof(fc.constantFrom('a', 'b', 'error', 'é', '\u{1f600}', '\uffee', '\ud800'), fc.string()),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(' '))
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const integer = (min: bigint, max: bigint) =>
  fc.oneof(fc.integer({ min: 0, max: 20 }), fc.bigInt({ min, max })).map((value) => {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : BigInt(value)
  })
const float = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map((cents) => cents / 100),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const millis = fc.integer({ min: -8e9, max: 8e12 })
const nanos = fc
  .bigInt({ min: -(2n ** 62n), max: 2n ** 62n })
  .map((value) => (value % 1_000_000n === 0n ? Number(value / 1_000_000n) : value))

const value: readonly fc.Arbitrary<TypedValue>[] = [
  millis,
  text,
  text,
  integer(-(2n ** 63n), 2n ** 63n - 1n),
  integer(0n, 2n ** 64n - 1n),
  float,
  fc.boolean(),
  bytes(16),
  fc.uint8Array({ maxLength: 4 }),
  nanos,
]
const entry = fc
  .integer({ min: 0, max: sampleSpecs.length - 1 })
  .chain((id) => fc.tuple(fc.constant(id), value[id]!))
const doc: fc.Arbitrary<SampleDoc> = fc.record({
  values: fc.array(entry, { maxLength: 12 }),
  source: fc.oneof(fc.json(), fc.string()),
})
const docs = fc.array(doc, { minLength: 1, maxLength: 30 })

/** What the split should say of a field, from the documents alone. */
function expectedTerms(input: readonly SampleDoc[], fieldId: number): Map<string, number[]> {
  const expected = new Map<string, number[]>()
  input.forEach(({ values }, docId) => {
    for (const [id, text] of values) {
      if (id !== fieldId || typeof text !== 'string') continue
      for (const word of text.split(' ').filter((part) => part !== '')) {
        const key = Buffer.from(word).toString('latin1')
        const found = expected.get(key) ?? []
        if (found.at(-1) !== docId) found.push(docId)
        expected.set(key, found)
      }
    }
  })
  return expected
}

interface FieldContent {
  terms: { content: Record<string, { docs: number[]; freqs?: number[]; positions?: number[][] }> }
  column: unknown[][]
  fieldnorms: number[]
}

describe('a split file', () => {
  test('gives back every document and every posting', async () => {
    await fc.assert(
      fc.asyncProperty(docs, async (input) => {
        const content = splitContent((await buildSample(input)).bytes)
        expect(content.docs).toEqual(input.map(({ source }) => Buffer.from(source).toString()))
        const expected = expectedTerms(input, 1)
        const body = content.fields['body:str'] as FieldContent | undefined
        const found = Object.entries(body?.terms.content ?? {})
        expect(new Map(found.map(([term, { docs }]) => [term, docs]))).toEqual(expected)
        const order = found.map(([term]) => Buffer.from(term, 'latin1'))
        // Object keys that look like integers come first whatever their place: compare as sets.
        expect(order.length).toBe(expected.size)
      }),
      { numRuns: 60 },
    )
  })

  test('gives back every column value exactly, each with its document', async () => {
    await fc.assert(
      fc.asyncProperty(docs, async (input) => {
        const content = splitContent((await buildSample(input)).bytes)
        for (const { id, path, type } of sampleSpecs) {
          if (type === 'str' || path === 'ts') continue
          const expected = input.map(({ values }) =>
            values.filter(([field]) => field === id).map(([, value]) => columnForm(type, value)),
          )
          const field = content.fields[`${path}:${type}`] as FieldContent | undefined
          expect(field?.column ?? input.map(() => [])).toEqual(expected)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('merged from several equals one built from all their documents', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(docs, { minLength: 1, maxLength: 4 }), async (inputs) => {
        const whole = await buildSample(inputs.flat())
        const parts = await Promise.all(inputs.map((input) => buildSample(input)))
        const merged = await mergeSplits(
          parts.map(({ bytes }) => bytes),
          sampleSettings,
        )
        expect(splitContent(bodyBytes(merged.pieces))).toEqual(splitContent(whole.bytes))
        const { timeRange, tags, columnBounds, sourceBytes, docCount } = whole
        expect(merged).toMatchObject({ timeRange, tags, columnBounds, sourceBytes, docCount })
      }),
      { numRuns: 60 },
    )
  })

  test('after an erasure equals one built from the other documents', async () => {
    const marked = fc.array(fc.tuple(docs, fc.boolean()), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(marked, async (groups) => {
        const all = groups.flatMap(([some, isErased]) => some.map((doc) => ({ doc, isErased })))
        const erased = Uint32Array.from(all.flatMap(({ isErased }, i) => (isErased ? [i] : [])))
        const kept = all.flatMap(({ doc, isErased }) => (isErased ? [] : [doc]))
        const split = await buildSample(all.map(({ doc }) => doc))
        const rest = await eraseDocs(split.bytes, erased, sampleSettings)
        if (kept.length === 0) {
          expect(rest).toBeUndefined()
          return
        }
        const whole = await buildSample(kept)
        expect(withValues(rest && bodyBytes(rest.pieces))).toEqual(withValues(whole.bytes))
        const { timeRange, tags, columnBounds, sourceBytes, docCount } = whole
        expect(rest).toMatchObject({ timeRange, tags, columnBounds, sourceBytes, docCount })
      }),
      { numRuns: 60 },
    )
  })

  test('has the same bytes whenever it is built from the same documents', async () => {
    const input: SampleDoc[] = Array.from({ length: 500 }, (_, i) => ({
      values: [
        [0, 1_700_000_000_000 + i],
        [1, `word${i % 7} item ${i}`],
        [5, i / 4],
      ],
      source: `{"n":${i}}`,
    }))
    const [first, second] = await Promise.all([buildSample(input), buildSample(input)])
    expect(second.bytes).toEqual(first.bytes)
  })
})

function columnForm(type: string, value: TypedValue): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  if (type === 'f64') return value
  if (type === 'date') return typeof value === 'number' ? BigInt(value) * 1_000_000n : value
  return BigInt(value as number | bigint | boolean)
}

/** The content without fields of texts that have no token: an erasure cannot tell whether a document
 *  that stays had one. A field that records no frequencies does not know its repeated tokens either. */
function withValues(file: Uint8Array | undefined): unknown {
  if (file === undefined) return undefined
  const { docs: sources, fields } = splitContent(file)
  const known = Object.entries(fields).flatMap(([name, field]) => {
    const { terms, column, totalTokens, ...rest } = field as AnyField
    const hasTerms = Object.keys(terms?.content ?? {}).length > 0
    if (!hasTerms && (column ?? []).every((values) => values.length === 0)) return []
    return [
      [name, { terms, column, ...rest, ...(terms?.record === 'basic' ? {} : { totalTokens }) }],
    ]
  })
  return { sources, fields: Object.fromEntries(known) }
}

interface AnyField {
  readonly terms: { readonly record: string; readonly content: object } | undefined
  readonly column: readonly unknown[][] | undefined
  readonly totalTokens: number
}
