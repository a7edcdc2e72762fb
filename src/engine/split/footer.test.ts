import { describe, expect, test } from 'vitest'
import { SealingQueue } from '../bytes/sealing-queue.ts'
import {
  compareFields,
  decodeFooter,
  encodeFooter,
  fieldKey,
  FORMAT_VERSION,
  type SplitField,
} from './footer.ts'
import { expectCutsRefused, expectFlipsRefused } from './testing/damage.ts'

const FIELDS: readonly SplitField[] = [
  {
    path: 'body',
    type: 'str',
    terms: {
      record: 'position',
      termCount: 3,
      firstTerms: [new TextEncoder().encode('alpha')],
      blockStarts: Float64Array.of(200, 260),
    },
    column: undefined,
    fieldnorms: { start: 300, end: 320, docCount: 5 },
    totalTokens: 17,
    docsWithTerms: 4,
  },
  ...(['i64', 'f64'] as const).map((type) => ({
    path: 'open.x',
    type,
    terms: undefined,
    column: { type, start: 260, end: 300, docCount: 5, valueCount: 2 },
    fieldnorms: undefined,
    totalTokens: 0,
    docsWithTerms: 0,
  })),
]

const CONTENT: Parameters<typeof encodeFooter>[0] = {
  docCount: 5,
  sourceBytes: 1234,
  docStore: { firstDocs: Uint32Array.of(0, 3, 5), blockStarts: Float64Array.of(8, 100, 200) },
  fields: new Map(FIELDS.map((field) => [fieldKey(field), field])),
}
const BODY_BYTES = 320

const encoded = (): Promise<Uint8Array> => encodeFooter(CONTENT, BODY_BYTES, new SealingQueue())

describe('a footer', () => {
  test('says where everything stands', async () => {
    const bytes = await encoded()
    const footer = decodeFooter(bytes)
    expect(footer).toMatchObject({
      ...CONTENT,
      formatVersion: FORMAT_VERSION,
      fileBytes: BODY_BYTES + bytes.length,
    })
    expect(footer.fieldsAt('open.x')).toEqual(FIELDS.slice(1))
    expect(footer.fieldsAt('open')).toEqual([])
  })

  test('is found from the end of the file, whatever was read before it', async () => {
    const bytes = await encoded()
    const file = new Uint8Array(50 + bytes.length)
    file.set(bytes, 50)
    expect(decodeFooter(file).docCount).toBe(5)
  })

  test('that is damaged is refused wherever the damage is', async () => {
    const bytes = await encoded()
    expectCutsRefused(bytes, decodeFooter)
    expectFlipsRefused(bytes, decodeFooter)
  })

  test('of something that is no split says so', () => {
    expect(() => decodeFooter(new Uint8Array(100))).toThrow(/does not end with QWSP/)
    expect(() => decodeFooter(new Uint8Array(3))).toThrow(/truncated/)
  })
})

test('fields stand by path, then by type', () => {
  const order = [
    { path: 'a', type: 'i64' },
    { path: 'a', type: 'str' },
    { path: 'A', type: 'f64' },
  ] as const
  const sorted = [...order].sort(compareFields).map(fieldKey)
  expect(sorted).toEqual(['A\0f64', 'a\0str', 'a\0i64'])
})
