import { bodyBytes } from '../ports.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { locateDocs, readDocs } from './doc-store.ts'
import { decodeFooter } from './footer.ts'
import { eraseDocs, mergeSplits } from './merge-splits.ts'
import { fieldAt, sampleSplit, termCounts } from './testing/sample-split.ts'

const SETTINGS = { timestampPath: 'ts', tagPaths: [] }

const first = () =>
  sampleSplit(
    ['ts:date', 'body:str'],
    [
      { ts: 9000, body: 'red fox' },
      { ts: 1000, body: 'fox' },
    ],
  )
const second = () => sampleSplit(['ts:date', 'n:u64'], [{ ts: 5000, n: 7 }])

/** Words that begin alike, of which some come in most documents and others in few or one. */
const bodies = fc
  .record({
    words: fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength: 4 }), {
      maxLength: 8,
    }),
    period: fc.integer({ min: 1, max: 40 }),
    splits: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
  })
  .map(({ words, period, splits }) => {
    let number = 0
    const body = () => {
      const n = number++
      const word = words[n % (words.length + 1)] ?? 'a'
      return `all ${n % period} ${word} id${n * 7919} ${word} b`
    }
    return splits.map((count) => Array.from({ length: count }, body))
  })

const bodySplit = (texts: readonly string[]) =>
  sampleSplit(
    ['body:str'],
    texts.map((body) => ({ body })),
  )

/** Dictionary and lists of a whole file, byte for byte. */
function writtenTerms(bytes: Uint8Array) {
  const footer = decodeFooter(bytes)
  const { terms, ...field } = fieldAt({ bytes, footer }, 'body')
  const { blockStarts = Float64Array.of(0), firstTerms = [], termCount } = terms ?? {}
  const hex = (start?: number, end?: number) => Buffer.from(bytes).toString('hex', start, end)
  return {
    blocks: hex(blockStarts[0], blockStarts.at(-1)),
    sizes: [...blockStarts].map((start) => start - (blockStarts[0] ?? 0)),
    lists: hex(0, footer.docStore.blockStarts[0]),
    tokens: [field.totalTokens, field.docsWithTerms, termCount],
    firstTerms: firstTerms.map((term) => Buffer.from(term).toString('hex')),
  }
}

describe('a merge', () => {
  test('writes the terms and lists that one split of all documents has, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, async (texts) => {
        const parts = await Promise.all(texts.map(bodySplit))
        const merged = await mergeSplits(
          parts.map(({ bytes }) => bytes),
          SETTINGS,
        )
        const whole = await bodySplit(texts.flat())
        expect(writtenTerms(bodyBytes(merged.pieces))).toEqual(writtenTerms(whole.bytes))
      }),
      { numRuns: 40 },
    )
  })

  test('without the documents erased has what one split of the others has, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, fc.integer({ min: 2, max: 9 }), async ([texts = []], every) => {
        const isErased = (_: unknown, i: number) => i % every === 1
        const { bytes } = await bodySplit(texts)
        const erased = texts.flatMap((text, i) => (isErased(text, i) ? [i] : []))
        const rest = await eraseDocs(bytes, Uint32Array.from(erased), SETTINGS)
        const kept = await bodySplit(texts.filter((text, i) => !isErased(text, i)))
        expect(writtenTerms(bodyBytes(rest?.pieces ?? []))).toEqual(writtenTerms(kept.bytes))
      }),
      { numRuns: 40 },
    )
  })

  test('has the documents of its inputs in their order, and the fields of all', async () => {
    const built = await mergeSplits([(await first()).bytes, (await second()).bytes], SETTINGS)
    const whole = bodyBytes(built.pieces)
    const merged = { bytes: whole, footer: decodeFooter(whole) }
    expect([...merged.footer.fields.values()].map(({ path }) => path)).toEqual(['body', 'n', 'ts'])
    expect(termCounts(merged, 'body')).toEqual({ fox: 2, red: 1 })
    expect(fieldAt(merged, 'body')).toMatchObject({ totalTokens: 3, docsWithTerms: 2 })
    expect(fieldAt(merged, 'n').column).toMatchObject({ docCount: 3, valueCount: 1 })
    const blocks = locateDocs(merged.footer.docStore, [0, 1, 2])
    const bytes = blocks.map(({ start, end }) => merged.bytes.subarray(start, end))
    const docs = readDocs(blocks, bytes, [0, 1, 2]).map((doc) => Buffer.from(doc).toString())
    expect(docs).toEqual(['{"doc":0}', '{"doc":1}', '{"doc":0}'])
  })

  test('tells the metastore what one split of all documents would', async () => {
    const built = await mergeSplits([(await first()).bytes, (await second()).bytes], SETTINGS)
    expect(built).toMatchObject({
      docCount: 3,
      timeRange: { startSeconds: 1, endSeconds: 9 },
      columnBounds: [
        { path: 'n', min: 7, max: 7 },
        { path: 'ts', min: 1000, max: 9000 },
      ],
    })
  })

  test('gives the same whichever inputs were merged before', async () => {
    const inputs = [await first(), await second(), await first()].map(({ bytes }) => bytes)
    const at = (...places: number[]) => places.flatMap((place) => inputs[place] ?? [])
    const left = await mergeSplits(
      [bodyBytes((await mergeSplits(at(0, 1), SETTINGS)).pieces), ...at(2)],
      SETTINGS,
    )
    const right = await mergeSplits(
      [...at(0), bodyBytes((await mergeSplits(at(1, 2), SETTINGS)).pieces)],
      SETTINGS,
    )
    expect(bodyBytes(left.pieces)).toEqual(bodyBytes(right.pieces))
  })

  test('of a damaged input is refused as corrupt, and nothing of it is copied on', async () => {
    const good = (await second()).bytes
    const { bytes } = await first()
    for (const at of [0, 12, Math.floor(bytes.length / 2), bytes.length - 1]) {
      const damaged = bytes.slice()
      damaged[at] = (damaged[at] ?? 0) ^ 1
      await expect(mergeSplits([good, damaged], SETTINGS), `byte ${at}`).rejects.toMatchObject({
        kind: 'corrupt',
      })
    }
    await expect(mergeSplits([bytes.subarray(1)], SETTINGS)).rejects.toMatchObject({
      kind: 'corrupt',
    })
  })
})
