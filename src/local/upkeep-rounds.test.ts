import { expect, test } from 'vitest'
import { indexDocs } from '../engine/indexing/index-docs.ts'
import {
  countingRandom,
  FIRST_TS,
  testConfig,
  testLines,
} from '../engine/indexing/testing/indexing-fixture.ts'
import { publishedSplits } from '../engine/metastore/index-metadata.ts'
import { Metastore } from '../engine/metastore/metastore.ts'
import { instantClock } from '../stores/testing/instant-clock.ts'
import { memoryStore } from '../stores/memory-store.ts'
import { Upkeep } from './upkeep.ts'
import { runUpkeepRounds } from './upkeep-rounds.ts'

test('the retention of an index that nobody sends anything to goes on while the stack is served', async () => {
  const clock = instantClock(FIRST_TS * 1_000)
  const store = memoryStore(clock)
  const random = countingRandom()
  const indexing = { metastore: new Metastore(store, { clock, random }), clock, random }
  const retention = { period: '5 hours', periodMs: 5 * 3_600_000, schedule: 'hourly' }
  await indexing.metastore.createIndex({ ...testConfig({}), retention })
  await indexDocs(indexing, { indexId: 'events', body: Buffer.from(testLines(0, 10)) })
  const upkeep = new Upkeep(indexing, () => undefined)
  const end = new AbortController()
  const asked: number[] = []
  await runUpkeepRounds(
    {
      ...indexing,
      clock: {
        nowMs: () => clock.nowMs(),
        async sleep(ms) {
          // What was asked for before is done by the next round.
          await upkeep.settled()
          if (clock.nowMs() > FIRST_TS * 1_000 + 8 * 3_600_000) end.abort()
          await clock.sleep(ms)
        },
      },
    },
    {
      signal: end.signal,
      log: () => undefined,
      ask(indexId) {
        asked.push(clock.nowMs())
        upkeep.ask(indexId)
      },
    },
  )
  await upkeep.settled()
  const file = await indexing.metastore.load('events')
  expect(publishedSplits(file)).toEqual([])
  expect(file.splits).toEqual([])
  // Expired, and an hour later deleted; in all other rounds there was nothing to do.
  expect(asked).toHaveLength(2)
})
