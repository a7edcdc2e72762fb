import { expect, test } from 'vitest'
import { faultyStore, scriptedFaults, type Fault } from '../../stores/testing/faulty-store.ts'
import { instantClock } from '../../stores/testing/instant-clock.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { Metastore } from '../metastore/metastore.ts'
import {
  countingRandom,
  publishedNumbers,
  testConfig,
  testLines,
} from './testing/indexing-fixture.ts'
import { indexDocs } from './index-docs.ts'

/** Indexes ten documents over a store that does this to the put of their split. */
async function indexOver(fault: Fault) {
  const clock = instantClock()
  const random = countingRandom()
  const inner = memoryStore(clock)
  const steady = new Metastore(inner, { clock, random })
  await steady.createIndex(testConfig())
  const plan = scriptedFaults([fault])
  const store = faultyStore(
    inner,
    (target) => (target.verb === 'put' && target.key.endsWith('.split') ? plan(target) : undefined),
    clock,
  )
  const metastore = new Metastore(store, { clock, random })
  const body = Buffer.from(testLines(0, 10))
  const run = indexDocs({ metastore, clock, random }, { indexId: 'events', body })
  return { run, published: () => publishedNumbers(steady) }
}

test('a split that is there already with our bytes is our own, and is published', async () => {
  const { run, published } = await indexOver({ kind: 'failAfter', errorKind: 'conflict' })
  await run
  expect(await published()).toHaveLength(10)
})

test('a split that is said to be there and is not is never published', async () => {
  const { run, published } = await indexOver({ kind: 'failBefore', errorKind: 'conflict' })
  await expect(run).rejects.toMatchObject({ kind: 'conflict' })
  expect(await published()).toEqual([])
})
