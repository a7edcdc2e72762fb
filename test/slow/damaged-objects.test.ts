import { describe, expect, test } from 'vitest'
import { QwError } from '../../src/engine/errors.ts'
import { decodeIndexFile, encodeIndexFile } from '../../src/engine/metastore/index-file-codec.ts'
import { splitKey } from '../../src/engine/metastore/layout.ts'
import { decodeManifest, encodeManifest } from '../../src/engine/metastore/manifest.ts'
import type { SearchResponse } from '../../src/engine/search/request.ts'
import { SearchFixture, type Ask } from '../../src/engine/search/testing/search-fixture.ts'
import { decodeFooter } from '../../src/engine/split/footer.ts'
import { mergeSplits } from '../../src/engine/split/merge-splits.ts'
import { buildSample, sampleSettings, type SampleDoc } from '../format/sample-docs.ts'
import { plainContent } from '../format/split-content.ts'

const FLIPS = [0x01, 0x80, 0xff]

/** A value of every type, an absent one of each, several of some. */
const smallSample: readonly SampleDoc[] = [0, 1, 2].map((i) => ({
  source: `{"n":${i},"body":"red fox ${i}"}`,
  values:
    i === 1
      ? [[1, 'red fox red']]
      : [
          [0, 1_700_000_000_000 + i],
          [1, `red fox ${i}`],
          [2, 'Tag'],
          [2, `tag ${i}`],
          [3, -i],
          [4, 2n ** 63n],
          [5, i / 3],
          [6, i === 0],
          [7, new Uint8Array(16).fill(i)],
          [8, Uint8Array.of(i, 255)],
        ],
}))

/** Every byte turned three ways, cut off from there on, left out, and twice. */
function* damaged(whole: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < whole.length; at++) {
    for (const flip of FLIPS) {
      const bytes = whole.slice()
      bytes[at] = (bytes[at] ?? 0) ^ flip
      yield bytes
    }
    yield whole.slice(0, at)
    const [before, after] = [whole.subarray(0, at), whole.subarray(at + 1)]
    yield Buffer.concat([before, after])
    yield Buffer.concat([whole.subarray(0, at + 1), whole.subarray(at)])
  }
}

/** The kind of the error, or that there was none. */
function kindOf(act: () => unknown): string {
  try {
    act()
    return 'no error'
  } catch (error) {
    if (error instanceof QwError) return error.kind
    throw error
  }
}

describe('a split with one damaged byte', () => {
  test('is corrupt, wherever the byte is and whatever it became', async () => {
    const { bytes } = await buildSample(smallSample)
    let count = 0
    const kinds = new Set<string>()
    for (const bad of damaged(bytes)) {
      count++
      kinds.add(kindOf(() => plainContent(bad)))
    }
    expect(count).toBe(bytes.length * 6)
    expect([...kinds]).toEqual(['corrupt'])
  })

  test('is not merged', async () => {
    const { bytes } = await buildSample(smallSample)
    for (const bad of damaged(bytes)) {
      const merging = mergeSplits([bytes, bad], sampleSettings)
      await expect(merging).rejects.toMatchObject({ kind: 'corrupt' })
    }
  })

  test('fails alone in a search, or is not touched by it: no answer is silently another', async () => {
    const fixture = await SearchFixture.create({
      timestamp_field: 'at',
      field_mappings: [
        { name: 'at', type: 'datetime', fast: true },
        { name: 'id', type: 'u64', fast: true },
        { name: 'body', type: 'text', record: 'position', fieldnorms: true },
        { name: 'level', type: 'text', tokenizer: 'raw', fast: true },
      ],
    })
    const lines = (from: number): string[] =>
      [0, 1, 2].map((i) =>
        JSON.stringify({
          at: 1_700_000_000 + i,
          id: from + i,
          body: `red fox ${i}`,
          level: 'warn',
        }),
      )
    const [bad, good] = [await fixture.addSplit(lines(0)), await fixture.addSplit(lines(10))]
    const asks: Ask[] = [
      { query: 'level:warn' },
      { query: 'body:"red fox"', sort: [{ by: 'score', order: 'desc' }] },
      { query: 'id:>=1', maxHits: 0, aggs: { levels: { terms: { field: 'level' } } } },
    ]
    const answer = async (ask: Ask): Promise<SearchResponse> => {
      fixture.forget()
      return await fixture.search({ ...ask, allowFailedSplits: true })
    }
    const seen = ({ hits, numHits, aggregations }: SearchResponse): unknown => [
      hits.map(({ json }) => json),
      numHits,
      aggregations,
    ]
    const expected = await Promise.all(asks.map(async (ask) => seen(await answer(ask))))
    const key = splitKey('events', bad)
    const whole = (await fixture.store.get(key))?.bytes ?? new Uint8Array()
    let failed = 0
    for (let at = 0; at < whole.length; at++) {
      const bytes = whole.slice()
      bytes[at] = (bytes[at] ?? 0) ^ (FLIPS[at % FLIPS.length] ?? 1)
      await fixture.store.put(key, bytes, { condition: { kind: 'always' } })
      for (const [i, ask] of asks.entries()) {
        const response = await answer(ask)
        if (response.failedSplits.length === 0) {
          expect(seen(response), `byte ${at}`).toEqual(expected[i])
          continue
        }
        failed++
        expect(response.failedSplits.map(({ splitId }) => splitId)).toEqual([bad])
        expect(response.hits.every(({ json }) => !json.includes('"id":1,'))).toBe(true)
      }
    }
    // Otherwise nothing was damaged that a search reads.
    expect(failed).toBeGreaterThan(whole.length)
    expect(good).not.toBe(bad)
  })
})

describe('10,000 damaged footers and metastore files', () => {
  const random = randomFrom(1)

  /** One to eight bytes changed, a piece cut out, or a piece twice. */
  function mutated(whole: Uint8Array): Uint8Array {
    const at = random(whole.length)
    const length = 1 + random(32)
    switch (random(3)) {
      case 0: {
        const bytes = whole.slice()
        for (let i = 0; i <= random(8); i++) bytes[random(bytes.length)] = random(256)
        return bytes
      }
      case 1:
        return Buffer.concat([whole.subarray(0, at), whole.subarray(at + length)])
      default:
        return Buffer.concat([whole.subarray(0, at + length), whole.subarray(at)])
    }
  }

  function kindsOf(whole: Uint8Array, decode: (bytes: Uint8Array) => unknown): string[] {
    const kinds = new Set<string>()
    for (let i = 0; i < 10_000; i++) {
      const bytes = mutated(whole)
      // A footer is found from the end: more before it does not damage it.
      const isWhole = whole.every((byte, at) => bytes.at(at - whole.length) === byte)
      if (!isWhole) kinds.add(kindOf(() => decode(bytes)))
    }
    return [...kinds]
  }

  test('each is corrupt', async () => {
    const { bytes, footer } = await buildSample(smallSample)
    const footerBytes = bytes.slice(footer.start)
    expect(kindsOf(footerBytes, (bad) => decodeFooter(bad))).toEqual(['corrupt'])

    const fixture = await SearchFixture.create({ field_mappings: [{ name: 'id', type: 'u64' }] })
    for (let i = 0; i < 5; i++) await fixture.addSplit([`{"id":${i}}`])
    const file = encodeIndexFile(await fixture.metastore.load('events'))
    expect(kindsOf(file, (bad) => decodeIndexFile(bad, 'events/metastore.json'))).toEqual([
      'corrupt',
    ])

    const manifest = encodeManifest(
      new Map([
        ['events', 'active'],
        ['shop', 'creating'],
      ]),
    )
    expect(kindsOf(manifest, decodeManifest)).toEqual(['corrupt'])
  })
})

/** Whole numbers below a limit, the same for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
