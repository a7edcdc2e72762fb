import { expect, test } from 'vitest'
import { memoryStore } from '../../stores/memory-store.ts'
import { systemClock } from '../../stores/system-clock.ts'
import { countingRandom, testConfig } from '../indexing/testing/indexing-fixture.ts'
import { rejectedKey } from './layout.ts'
import { Metastore } from './metastore.ts'
import { rejectSetId } from './reject-set.ts'

test('a clearing removes what was rejected until then, and leaves it to a run that publishes after it', async () => {
  const store = memoryStore()
  const metastore = new Metastore(store, { clock: systemClock, random: countingRandom() })
  await metastore.createIndex(testConfig())
  const [before, after] = [metastore.newId(), metastore.newId()].map((id) => rejectSetId(id, 0))
  const keys = [before, after].map((setId) => rejectedKey('events', setId ?? ''))
  for (const key of keys) {
    await store.put(key, new Uint8Array(1), { condition: { kind: 'always' } })
  }
  await metastore.update('events', (file) => ({
    ...file,
    rejectSets: [{ setId: before ?? '', docCount: 1, notKeptCount: 0 }],
  }))
  await metastore.clearIndex('events')
  expect(await store.get(keys[0] ?? '').catch(() => undefined)).toBeUndefined()
  expect((await store.get(keys[1] ?? ''))?.bytes).toHaveLength(1)
})
