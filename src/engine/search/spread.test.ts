import { describe, expect, test } from 'vitest'
import { planLeaf, type LeafPlan } from './leaf-plan.ts'
import { docRange, type LeafInvoker, type LeafRequest, type LeafSplit } from './leaf-request.ts'
import { leafParts, type LeafThread } from './spread.ts'
import { leafHere, leafThread, spreadOut } from './testing/handed-leaf.ts'
import type { SearchFixture } from './testing/search-fixture.ts'
import { BY_ID, shop } from './testing/shop.ts'

const ASK = {
  ...BY_ID,
  query: 'red',
  aggs: {
    shops: { terms: { field: 'shop' } },
    price: { percentiles: { field: 'price' } },
    all: { global: {}, aggs: { price: { stats: { field: 'price' } } } },
  },
}

const SPLITS = [
  [0, 60],
  [60, 100],
] as const

type Piece = readonly [split: number, start: number, end: number]

/** Remembers which documents of which splits each search was about. */
async function watched(fixture: SearchFixture) {
  const ids = (await fixture.splits()).map(({ splitId }) => splitId)
  const calls: { by: string; pieces: Piece[] }[] = []
  const note = (by: string, { splits }: LeafRequest): void => {
    const pieces = splits.map((split): Piece => {
      const { start, end } = docRange(split)
      return [ids.indexOf(split.splitId), start, end]
    })
    calls.push({ by, pieces })
  }
  const inner = leafHere(fixture.context)
  const here: LeafInvoker = {
    async search(request, signal) {
      note('here', request)
      return await inner.search(request, signal)
    },
  }
  const thread = (by: string, real: LeafThread = leafThread(fixture.context)): LeafThread => ({
    hand(request, signal) {
      note(by, request)
      return real.hand(request, signal)
    },
  })
  return { calls, here, thread }
}

describe('a search that is spread over threads', () => {
  test('finds what one thread finds, each document by one of them', async () => {
    const fixture = await shop(SPLITS)
    const { calls, here, thread } = await watched(fixture)
    const threads = [thread('a'), undefined]
    const leaf = spreadOut(fixture.context, { here, ready: () => threads })
    const alone = await fixture.search(ASK)
    const spread = await fixture.search(ASK, { leaf })
    expect(spread).toEqual({ ...alone, elapsedMicros: spread.elapsedMicros })
    expect(calls).toEqual([
      { by: 'a', pieces: [[0, 0, 50]] },
      {
        by: 'here',
        pieces: [
          [0, 50, 60],
          [1, 0, 40],
        ],
      },
    ])
  })

  test('stays in its thread where others are busy, or its work is less than a hand-over costs', async () => {
    const fixture = await shop(SPLITS)
    const { calls, here, thread } = await watched(fixture)
    const busy = spreadOut(fixture.context, { here, ready: () => [undefined] })
    await fixture.search(ASK, { leaf: busy })
    const threads = [thread('a'), undefined]
    const small = { here, ready: () => threads, sizes: undefined }
    await fixture.search(ASK, { leaf: spreadOut(fixture.context, small) })
    expect(calls.map(({ by }) => by)).toEqual(['here', 'here'])
  })

  test('does by itself what a thread has not begun', async () => {
    const fixture = await shop(SPLITS)
    const { calls, here, thread } = await watched(fixture)
    const stuck: LeafThread = {
      hand: () => ({ answer: new Promise(() => undefined), takeBack: () => true }),
    }
    const threads = [thread('stuck', stuck), undefined, thread('b')]
    const leaf = spreadOut(fixture.context, { here, ready: () => threads })
    const alone = await fixture.search(ASK)
    expect(await fixture.search(ASK, { leaf })).toMatchObject({
      hits: alone.hits,
      aggregations: alone.aggregations,
    })
    expect(calls.map(({ by }) => by)).toEqual(['stuck', 'b', 'here', 'here'])
  })

  test('does by itself what fails in a thread, and says so in the log', async () => {
    const fixture = await shop(SPLITS)
    const lines: unknown[] = []
    const dead: LeafThread = {
      hand: () => ({ answer: Promise.reject(new Error('it ended')), takeBack: () => false }),
    }
    const leaf = spreadOut(fixture.context, {
      ready: () => [dead, undefined],
      log: (fields) => lines.push(fields),
    })
    const alone = await fixture.search(ASK)
    expect((await fixture.search(ASK, { leaf })).aggregations).toEqual(alone.aggregations)
    expect(lines).toEqual([{ event: 'leaf_thread_failed', splits: 1, error: 'it ended' }])
  })

  test('asks no thread for what it was told before', async () => {
    const fixture = await shop(SPLITS)
    const { calls, thread } = await watched(fixture)
    const threads = [thread('a'), undefined]
    const leaf = spreadOut(fixture.context, { ready: () => threads })
    const first = await fixture.search(ASK, { leaf })
    expect((await fixture.search(ASK, { leaf })).aggregations).toEqual(first.aggregations)
    expect(calls).toHaveLength(1)
  })

  test('fails as it would alone, and leaves nothing to the others', async () => {
    const fixture = await shop(SPLITS)
    let takenBack = 0
    const waiting: LeafThread = {
      hand: () => ({
        answer: new Promise(() => undefined),
        takeBack: () => {
          takenBack++
          return true
        },
      }),
    }
    const here: LeafInvoker = { search: () => Promise.reject(new Error('enough')) }
    const leaf = spreadOut(fixture.context, { here, ready: () => [undefined, waiting] })
    await expect(fixture.search(ASK, { leaf })).rejects.toThrow('enough')
    expect(takenBack).toBe(1)
  })
})

describe('parts', () => {
  const MILLION = 1_000_000
  const SIZES = { partMs: 2, cutDocs: 32_768 }
  const HISTOGRAM = { hours: { date_histogram: { field: 'ts', fixed_interval: '1h' } } }

  async function planOf(
    docCounts: readonly number[],
    change: Partial<LeafRequest> = {},
    query = '*',
  ) {
    const fixture = await shop([[0, 1]])
    const splits = docCounts.map((docCount, at): LeafSplit => ({
      splitId: `split-${at}`,
      footer: { start: 0, end: 1 },
      docCount,
      timeRange: undefined,
    }))
    let seen: LeafRequest | undefined
    const inner = leafHere(fixture.context)
    const leaf: LeafInvoker = {
      async search(request, signal) {
        seen = request
        return await inner.search(request, signal)
      },
    }
    await fixture.search({ query, aggs: HISTOGRAM, maxHits: 0 }, { leaf })
    if (seen === undefined) throw new Error('no leaf was searched')
    return planLeaf({ ...seen, splits, ...change })
  }

  const shown = (parts: readonly (readonly LeafSplit[])[]): Piece[][] =>
    parts.map((part) =>
      part.map((split) => {
        const { start, end } = docRange(split)
        return [Number(split.splitId.slice(-1)), start, end]
      }),
    )

  test('of one large split are ranges of it, cut at whole blocks', async () => {
    expect(shown(leafParts(await planOf([2 * MILLION]), 2, SIZES))).toEqual([
      [[0, 0, 1_015_808]],
      [[0, 1_015_808, 2_000_000]],
    ])
  })

  test('are whole splits where no cut is allowed, or the search is for hits alone', async () => {
    const docs = [3 * MILLION, 2 * MILLION, 3 * MILLION, 3 * MILLION]
    const whole: Piece[][] = [
      [
        [0, 0, 3 * MILLION],
        [1, 0, 2 * MILLION],
      ],
      [
        [2, 0, 3 * MILLION],
        [3, 0, 3 * MILLION],
      ],
    ]
    const uncut = { ...SIZES, cutDocs: undefined }
    expect(shown(leafParts(await planOf(docs), 2, uncut))).toEqual(whole)
    const hits = await planOf(docs, { aggs: undefined, hitLimit: 10 }, 'price:>5')
    expect(shown(leafParts(hits, 2, SIZES))).toEqual(whole)
  })

  test('are no more than there is work for', async () => {
    const count = async (docs: number): Promise<number> =>
      leafParts(await planOf([docs]), 4, SIZES).length
    expect(await Promise.all([MILLION, 1.5 * MILLION, 4 * MILLION].map(count))).toEqual([1, 2, 4])
  })

  test('hold every document once, whatever the sizes', async () => {
    const plan: LeafPlan = await planOf([])
    for (let splits = 1; splits < 12; splits++) {
      const docs = Array.from({ length: splits }, (_, at) => ((at * 7919) % 13) * 77_777 + 1)
      const request = (await planOf(docs)).request
      for (const threads of [2, 3, 4]) {
        const parts = leafParts({ ...plan, request }, threads, SIZES)
        const found = new Map<string, number>()
        for (const split of parts.flat()) {
          const { start, end } = docRange(split)
          expect(start).toBe(found.get(split.splitId) ?? 0)
          found.set(split.splitId, end)
        }
        expect([...found.values()]).toEqual(docs)
      }
    }
  })
})
