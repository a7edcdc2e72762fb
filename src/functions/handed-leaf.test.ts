import { expect, test } from 'vitest'
import { leafHere, handedLeaf } from '../engine/search/testing/handed-leaf.ts'
import { BY_ID, shop } from '../engine/search/testing/shop.ts'
import { systemClock } from '../stores/system-clock.ts'
import { answerLeaf, isLeafEvent, leafCaller } from './handed-leaf.ts'

const INVOCATION = { requestId: 'r', deadlineMs: undefined }

test('a search by other runs of the function finds what this run finds', async () => {
  const fixture = await shop()
  const lines: Readonly<Record<string, unknown>>[] = []
  const components = {
    here: leafHere(fixture.context),
    clock: systemClock,
    log: (fields: Readonly<Record<string, unknown>>) => lines.push(fields),
  }
  const elsewhere = leafCaller(async (event) => {
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
  const components = { here, clock: systemClock, log: () => undefined }
  await expect(answerLeaf({ leaf: 'eA==' }, components, INVOCATION)).rejects.toMatchObject({
    kind: 'invalid',
  })
})

test('an answer of another kind is a fault of the call', async () => {
  const fixture = await shop()
  const elsewhere = leafCaller(() => Promise.resolve({ statusCode: 400 }))
  const lines: unknown[] = []
  const leaf = handedLeaf(fixture.context, { elsewhere, log: (line) => lines.push(line) })
  expect((await fixture.search({ query: 'red' }, { leaf })).numHits).toBeGreaterThan(0)
  expect(lines).toMatchObject([{ event: 'leaf_call_failed' }])
})
