import { createHash } from 'node:crypto'
import {
  testConfig,
  testLines,
  countingRandom,
} from '../../engine/indexing/testing/indexing-fixture.ts'
import { indexSource } from '../../engine/indexing/pipeline.ts'
import { publishedSplits } from '../../engine/metastore/index-metadata.ts'
import { splitKey } from '../../engine/metastore/layout.ts'
import { Metastore } from '../../engine/metastore/metastore.ts'
import { objectSource } from '../../engine/sources/source.ts'
import type { SplitWork } from '../../engine/split/split-work.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { instantClock } from '../../stores/testing/instant-clock.ts'
import { SplitThread } from '../split-thread.ts'

/*
 * A process of its own: `node two-threads.mjs WORKER` indexes documents in two splits, by itself and with a
 * thread that encodes one while the other is filled, and prints what came of both.
 */
const DOCS = 150_000
/** Enough for arrays of fields that are large, and so in shared memory. */
const DOCS_OF_SPLIT = 140_000

async function indexed(splitWork: SplitWork | undefined): Promise<string> {
  const clock = instantClock()
  const random = countingRandom()
  const metastore = new Metastore(memoryStore(clock), { clock, random })
  await metastore.createIndex(testConfig({ split_num_docs_target: DOCS_OF_SPLIT }))
  const staging = memoryStore(clock)
  const body = Buffer.from(testLines(0, DOCS))
  const info = await staging.put('a.ndjson', body, { condition: { kind: 'always' } })
  const source = objectSource(staging, info, 's3://staging/a.ndjson')
  const components = { metastore, clock, random, splitWork }
  const { docCount } = await indexSource(components, { indexId: 'events', source })
  const splits = publishedSplits(await metastore.load('events'))
  const digest = createHash('sha256')
  for (const { splitId } of splits) {
    const stored = await metastore.store.get(splitKey('events', splitId))
    digest.update(stored?.bytes ?? '')
  }
  return `${docCount} documents, ${splits.length} splits, ${digest.digest('hex')}`
}

console.log(await indexed(undefined))
const thread = new SplitThread(process.argv[2] ?? '', 0)
console.log(await indexed(thread))
await thread.close()
