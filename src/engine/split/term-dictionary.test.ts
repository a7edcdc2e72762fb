import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareBytes } from '../bytes/byte-order.ts'
import { SealingQueue } from '../bytes/sealing-queue.ts'
import type { ByteRange } from '../ports.ts'
import { ListSection, type TermPostings } from './postings.ts'
import { scanTerms, TermBlock } from './term-dictionary.ts'
import { TermDictionaryWriter } from './term-dictionary-writer.ts'
import { locateTerm, locateTermRange, type TermsInfo } from './term-index.ts'

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
  terms.forEach((term, i) => {
    const source = bytesOf(term)
    writer.add({ source, start: 0, end: source.length }, onlyDoc(i))
  })
  const { record, termCount, firstTerms, blocks } = await writer.finish()
  const blockStarts = new Float64Array(blocks.length + 1)
  blocks.forEach(({ length }, i) => (blockStarts[i + 1] = blockStarts[i]! + length))
  return {
    info: { record, termCount, firstTerms, blockStarts },
    file: new Uint8Array(Buffer.concat(blocks)),
  }
}

function blockAt(file: Uint8Array, { start, end }: ByteRange): TermBlock {
  return new TermBlock(file.subarray(start, end))
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
    ranges.map((range) => blockAt(file, range)),
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
      const block = blockAt(file, range)
      expect(block.find(bytesOf(item))).toMatchObject({
        docCount: 1,
        postings: { kind: 'single', doc: i },
      })
      expect(block.find(bytesOf(`${item}x`))).toBeUndefined()
    }
  })

  test('finds terms of a block in any order, the same term twice too', async () => {
    const { info, file } = await dictionary(items)
    const block = blockAt(file, locateTermRange(info)[0]!)
    const known = items.slice(0, 200)
    const asked = fc.array(fc.oneof(fc.constantFrom(...known), fc.constant('item'), fc.string()))
    fc.assert(
      fc.property(asked, (terms) => {
        const found = terms.map((term) => block.find(bytesOf(term))?.postings)
        const places = terms.map((term) => {
          const doc = known.indexOf(term)
          return doc < 0 ? undefined : { kind: 'single', doc, freq: 1 }
        })
        expect(found).toEqual(places)
      }),
    )
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
    const blocks = locateTermRange(info).map((range) => blockAt(file, range))
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
