import { describe, expect, test } from 'vitest'
import { QwError } from '../errors.ts'
import type { Clock } from '../ports.ts'
import type { LeafInvoker, LeafRequest } from './leaf-request.ts'
import { handedLeaf, leafElsewhere, leafHere } from './testing/handed-leaf.ts'
import type { SearchFixture } from './testing/search-fixture.ts'
import { BY_ID, shop } from './testing/shop.ts'

const SPLITS = [
  [0, 20],
  [20, 40],
  [40, 60],
  [60, 80],
  [80, 100],
] as const

const ASK = {
  ...BY_ID,
  query: 'red',
  aggs: { shops: { terms: { field: 'shop' } }, price: { percentiles: { field: 'price' } } },
}

/** Remembers which splits each call was about. */
function watched(leaf: LeafInvoker): LeafInvoker & { readonly calls: string[][] } {
  const calls: string[][] = []
  return {
    calls,
    async search(request, signal) {
      calls.push(request.splits.map(({ splitId }) => splitId))
      return await leaf.search(request, signal)
    },
  }
}

function watchedLeaves({ context }: SearchFixture) {
  return { here: watched(leafHere(context)), elsewhere: watched(leafElsewhere(context)) }
}

describe('a search that is handed out', () => {
  test('finds what one process finds, with one call for each split but the last', async () => {
    const fixture = await shop(SPLITS)
    const leaves = watchedLeaves(fixture)
    const ids = (await fixture.splits()).map(({ splitId }) => splitId)
    const alone = await fixture.search(ASK)
    const handed = await fixture.search(ASK, { leaf: handedLeaf(fixture.context, leaves) })
    expect(handed).toEqual({ ...alone, elapsedMicros: handed.elapsedMicros })
    expect(leaves.here.calls).toEqual([ids.slice(-1)])
    expect(leaves.elsewhere.calls.flat().toSorted()).toEqual(ids.slice(0, -1))
  })

  test('stays in this process when its work is less than two calls cost', async () => {
    const fixture = await shop(SPLITS)
    const leaves = watchedLeaves(fixture)
    const leaf = handedLeaf(fixture.context, { ...leaves, sizes: undefined })
    expect((await fixture.search(ASK, { leaf })).numHits).toBeGreaterThan(0)
    expect(leaves.elsewhere.calls).toEqual([])
    expect(leaves.here.calls).toHaveLength(1)
  })

  test('makes no more groups than calls may be under way', async () => {
    const fixture = await shop(SPLITS)
    const leaves = watchedLeaves(fixture)
    const sizes = { bytes: 1, splitsMax: 20 }
    await fixture.search(ASK, {
      leaf: handedLeaf(fixture.context, { ...leaves, sizes, callsMax: 1 }),
    })
    expect(leaves.elsewhere.calls.length + leaves.here.calls.length).toBeLessThanOrEqual(2)
  })

  test('never has more calls under way than allowed', async () => {
    const fixture = await shop(SPLITS)
    const inner = leafElsewhere(fixture.context)
    let under = 0
    let most = 0
    const elsewhere: LeafInvoker = {
      async search(request, signal) {
        most = Math.max(most, ++under)
        try {
          return await inner.search(request, signal)
        } finally {
          under--
        }
      },
    }
    const gated = { elsewhere, callsMax: 2, sizes: { bytes: 1, splitsMax: 1 } }
    await fixture.search(ASK, { leaf: handedLeaf(fixture.context, gated) })
    expect(most).toBeLessThanOrEqual(2)
  })

  test('asks only for what it has not been told before', async () => {
    const fixture = await shop(SPLITS)
    const leaves = watchedLeaves(fixture)
    const leaf = handedLeaf(fixture.context, leaves)
    const first = await fixture.search(ASK, { leaf })
    expect(leaves.elsewhere.calls).toHaveLength(4)
    expect(await fixture.search(ASK, { leaf })).toMatchObject({ hits: first.hits })
    expect(leaves.elsewhere.calls).toHaveLength(4)
    await fixture.search({ ...ASK, query: 'green' }, { leaf })
    expect(leaves.elsewhere.calls).toHaveLength(8)
  })

  test('searches here what cannot be searched elsewhere', async () => {
    const fixture = await shop(SPLITS)
    const leaves = watchedLeaves(fixture)
    const refusing: LeafInvoker = {
      search: () => Promise.reject(new QwError('unavailable', 'no concurrency left')),
    }
    const lines: unknown[] = []
    const leaf = handedLeaf(fixture.context, {
      ...leaves,
      elsewhere: refusing,
      log: (line) => lines.push(line),
    })
    const alone = await fixture.search(ASK)
    expect((await fixture.search(ASK, { leaf })).hits).toEqual(alone.hits)
    expect(lines).toHaveLength(4)
    expect(lines[0]).toMatchObject({ event: 'leaf_call_failed', error: 'no concurrency left' })
  })

  test('a split that fails elsewhere fails the search, and is asked for again', async () => {
    const fixture = await shop(SPLITS)
    const [gone] = await fixture.splits()
    const inner = leafElsewhere(fixture.context)
    const elsewhere = watched({
      async search(request, signal) {
        const answer = await inner.search(request, signal)
        const isGone = request.splits.some(({ splitId }) => splitId === gone?.splitId)
        const failure = { kind: 'corrupt', message: 'bad bytes', fix: undefined } as const
        return isGone
          ? { ...answer, failures: [{ ...failure, splitId: gone?.splitId ?? '' }] }
          : answer
      },
    })
    const leaf = handedLeaf(fixture.context, { elsewhere })
    await expect(fixture.search(ASK, { leaf })).rejects.toThrow(/bad bytes/)
    await expect(fixture.search(ASK, { leaf })).rejects.toThrow(/bad bytes/)
    expect(elsewhere.calls).toHaveLength(5)
  })

  test('calls once more where one call takes much longer than the others', async () => {
    const fixture = await shop(SPLITS)
    const ids = (await fixture.splits()).map(({ splitId }) => splitId)
    const inner = leafElsewhere(fixture.context)
    const asked: string[] = []
    const stuck: LeafInvoker = {
      async search(request, signal) {
        const id = request.splits[0]?.splitId ?? ''
        asked.push(id)
        // The first call for the first split never ends by itself.
        if (id === ids[0] && asked.filter((each) => each === id).length === 1) {
          await new Promise((_, reject) => {
            signal?.addEventListener('abort', () => reject(new Error('aborted')))
          })
        }
        return await inner.search(request, signal)
      },
    }
    const clock: Clock = { nowMs: () => 0, sleep: () => Promise.resolve() }
    const leaf = handedLeaf(fixture.context, { elsewhere: stuck, clock })
    const alone = await fixture.search(ASK)
    expect((await fixture.search(ASK, { leaf })).hits).toEqual(alone.hits)
    expect(asked.filter((id) => id === ids[0])).toHaveLength(2)
  })

  test('ends with its signal', async () => {
    const fixture = await shop(SPLITS)
    const abort = new AbortController()
    const elsewhere: LeafInvoker = {
      search: (_request: LeafRequest, signal) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error))
        }),
    }
    const leaf = handedLeaf(fixture.context, { elsewhere })
    const request = { ...BY_ID, query: 'red' }
    const context = { leaf: { search: (r: LeafRequest) => leaf.search(r, abort.signal) } }
    const searching = fixture.search(request, context)
    abort.abort(new Error('enough'))
    await expect(searching).rejects.toThrow('enough')
  })
})
