import { expect, test } from 'vitest'
import { encodeLeaf } from '../engine/search/leaf-codec.ts'
import type { LeafInvoker, LeafRequest } from '../engine/search/leaf-request.ts'
import { leafHere, handedLeaf } from '../engine/search/testing/handed-leaf.ts'
import type { SearchFixture } from '../engine/search/testing/search-fixture.ts'
import { BY_ID, shop } from '../engine/search/testing/shop.ts'
import { systemClock } from '../stores/system-clock.ts'
import { answerLeaf, isLeafEvent, leafCaller } from './handed-leaf.ts'

const version = '1.2.3'
const INVOCATION = { requestId: 'r', deadlineMs: undefined }

test('a search by other runs of the function finds what this run finds', async () => {
  const fixture = await shop()
  const lines: Readonly<Record<string, unknown>>[] = []
  const components = {
    here: leafHere(fixture.context),
    clock: systemClock,
    log: (fields: Readonly<Record<string, unknown>>) => lines.push(fields),
    version,
  }
  const elsewhere = leafCaller(version, async (event) => {
    // Events are JSON on their way.
    const received: unknown = JSON.parse(JSON.stringify(event))
    expect(isLeafEvent(received)).toBe(true)
    return isLeafEvent(received) && answerLeaf(received, components, INVOCATION)
  })
  const leaf = handedLeaf(fixture.context, { elsewhere })
  const ask = { ...BY_ID, query: 'red', aggs: { shops: { terms: { field: 'shop' } } } }
  const alone = await fixture.search(ask)
  const handed = await fixture.search(ask, { leaf })
  expect(handed).toEqual({ ...alone, elapsedMicros: handed.elapsedMicros })
  expect(lines).toMatchObject([{ event: 'leaf', request_id: 'r', splits: 1 }])
})

test('nothing that came through a gateway or from a user is a leaf search', () => {
  expect(isLeafEvent({ httpMethod: 'POST', path: '/', leaf: 'x' })).toBe(false)
  expect(isLeafEvent({ index_id: 'shop', query: 'a' })).toBe(false)
  expect(isLeafEvent(null)).toBe(false)
})

test('bytes that no leaf search sent are refused as invalid', async () => {
  const fixture = await shop()
  const here = leafHere(fixture.context)
  const components = { here, clock: systemClock, log: () => undefined, version }
  await expect(answerLeaf({ leaf: 'eA==', version }, components, INVOCATION)).rejects.toMatchObject(
    {
      kind: 'invalid',
    },
  )
})

test('an answer of another kind is a fault of the call', async () => {
  const fixture = await shop()
  const elsewhere = leafCaller(version, () => Promise.resolve({ statusCode: 400 }))
  const lines: unknown[] = []
  const leaf = handedLeaf(fixture.context, { elsewhere, log: (line) => lines.push(line) })
  expect((await fixture.search({ query: 'red' }, { leaf })).numHits).toBeGreaterThan(0)
  expect(lines).toMatchObject([{ event: 'leaf_call_failed' }])
})

test.each([
  ['an older run that names no version', undefined],
  ['a run of another version', '1.2.4'],
])('%s is neither answered nor believed: the caller searches by itself', async (_, theirs) => {
  const fixture = await shop()
  const here = leafHere(fixture.context)
  const lines: Readonly<Record<string, unknown>>[] = []
  const log = (line: Readonly<Record<string, unknown>>) => lines.push(line)
  const components = { here, clock: systemClock, log, version }
  const wrong = { ...(await here.search(await requestOf(fixture), undefined)), numHits: 1_000_000 }
  const believed = { leaf: Buffer.from(encodeLeaf(wrong)).toString('base64'), version: theirs }
  const replies = [
    () => answerLeaf({ leaf: 'eA==', version: theirs }, components, INVOCATION),
    () => Promise.resolve(believed),
  ]
  const alone = await fixture.search({ query: 'red' })
  for (const reply of replies) {
    fixture.forget()
    const leaf = handedLeaf(fixture.context, { elsewhere: leafCaller(version, reply), log })
    expect((await fixture.search({ query: 'red' }, { leaf })).numHits).toBe(alone.numHits)
  }
  expect(lines.map(({ event }) => event)).toEqual([
    'leaf_refused',
    'leaf_call_failed',
    'leaf_call_failed',
  ])
})

/** What a search asks of its leaf. */
async function requestOf(fixture: SearchFixture): Promise<LeafRequest> {
  let seen: LeafRequest | undefined
  const inner = leafHere(fixture.context)
  const leaf: LeafInvoker = {
    search: (request, signal) => {
      seen = request
      return inner.search(request, signal)
    },
  }
  await fixture.search({ query: 'red' }, { leaf })
  if (seen === undefined) throw new Error('no leaf was searched')
  return seen
}
