import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareBytes } from '../bytes/byte-order.ts'
import { SealingQueue } from '../bytes/sealing-queue.ts'
import { ListSection } from './postings.ts'
import type { TermPostings } from './postings.ts'
import {
  findTerms,
  locateTerm,
  locateTermRange,
  scanTerms,
  TermDictionaryWriter,
} from './term-dictionary.ts'
import type { TermsInfo } from './term-dictionary.ts'

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

/** One document per term: the term's number. */
function onlyDoc(doc: number): TermPostings {
  return {
    docCount: 1,
    start: 0,
    docs: Uint32Array.of(doc),
    freqs: undefined,
    positions: undefined,
    positionsStart: 0,
  }
}

async function dictionary(
  terms: readonly string[],
): Promise<{ info: TermsInfo; file: Uint8Array }> {
  const writer = new TermDictionaryWriter('basic', new ListSection(0), new SealingQueue())
  terms.forEach((term, i) => writer.add(bytesOf(term), onlyDoc(i)))
  const { record, termCount, firstTerms, blocks } = await writer.finish()
  const blockStarts = new Float64Array(blocks.length + 1)
  blocks.forEach(({ length }, i) => (blockStarts[i + 1] = blockStarts[i]! + length))
  return {
    info: { record, termCount, firstTerms, blockStarts },
    file: new Uint8Array(Buffer.concat(blocks)),
  }
}

function scanned(
  { info, file }: Awaited<ReturnType<typeof dictionary>>,
  lower?: string,
  upper?: string,
): string[] {
  const ranges = locateTermRange(
    info,
    lower === undefined ? undefined : bytesOf(lower),
    upper === undefined ? undefined : bytesOf(upper),
  )
  const found: string[] = []
  scanTerms(
    ranges.map(({ start, end }) => file.subarray(start, end)),
    (term) => {
      found.push(textOf(term))
    },
  )
  return found
}

const items = Array.from({ length: 20_000 }, (_, i) => `item ${i}`).sort((a, b) =>
  compareBytes(bytesOf(a), bytesOf(b)),
)

describe('a term dictionary', () => {
  test('finds each term in the one block that is located for it, and no other', async () => {
    const { info, file } = await dictionary(items)
    expect(info.firstTerms.length).toBeGreaterThan(5)
    for (const [i, item] of items.entries()) {
      if (i % 37 !== 0) continue
      const range = locateTerm(info, bytesOf(item))!
      const block = file.subarray(range.start, range.end)
      const [present, absent] = findTerms(block, [bytesOf(item), bytesOf(`${item}x`)])
      expect(present).toMatchObject({ docCount: 1, postings: { kind: 'single', doc: i } })
      expect(absent).toBeUndefined()
    }
  })

  test('finds many terms of a block in one walk, the same term twice too', async () => {
    const { info, file } = await dictionary(items)
    const [range] = locateTermRange(info)
    const wanted = ['item', 'item 0', 'item 0', 'item 10', 'item 10!', 'item 100'].map(bytesOf)
    const found = findTerms(file.subarray(range!.start, range!.end), wanted)
    const places = found.map((entry) => entry?.postings)
    const single = (item: string) => ({ kind: 'single', doc: items.indexOf(item), freq: 1 })
    expect(places).toEqual([
      undefined,
      single('item 0'),
      single('item 0'),
      single('item 10'),
      undefined,
      single('item 100'),
    ])
  })

  test('knows without reading that a term before the first is absent', async () => {
    const { info } = await dictionary(items)
    expect(locateTerm(info, bytesOf('a'))).toBeUndefined()
  })

  test('gives the blocks of a range: all terms inside it, and few others', async () => {
    const written = await dictionary(items)
    expect(scanned(written)).toEqual(items)
    const found = scanned(written, 'item 5', 'item 6')
    const inside = items.filter((item) => item >= 'item 5' && item <= 'item 6')
    expect(found).toEqual(expect.arrayContaining(inside))
    expect(found.length).toBeLessThan(items.length / 2)
    expect(scanned(written, 'zzz', undefined).length).toBeLessThan(items.length / 4)
    expect(scanned(written, undefined, 'a')).toEqual([])
  })

  test('stops scanning when the visitor says so', async () => {
    const { file, info } = await dictionary(items)
    const blocks = locateTermRange(info).map(({ start, end }) => file.subarray(start, end))
    let visited = 0
    scanTerms(blocks, () => ++visited < 3)
    expect(visited).toBe(3)
  })

  test('keeps any set of terms, also the empty one and very long ones', async () => {
    const term = fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constant('x'.repeat(5000)),
      fc.string({ unit: 'binary', maxLength: 3 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(term, { maxLength: 50 }), async (terms) => {
        const sorted = terms.map(bytesOf).sort(compareBytes).map(textOf)
        expect(scanned(await dictionary(sorted))).toEqual(sorted)
      }),
    )
  })
})
