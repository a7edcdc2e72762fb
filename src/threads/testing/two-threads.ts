import {
  testConfig,
  testLines,
  countingRandom,
} from '../../engine/indexing/testing/indexing-fixture.ts'
import { indexSource } from '../../engine/indexing/pipeline.ts'
import { Metastore } from '../../engine/metastore/metastore.ts'
import { objectSource } from '../../engine/sources/source.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { instantClock } from '../../stores/testing/instant-clock.ts'
import { SplitThread } from '../split-thread.ts'

/*
 * A process of its own: node two-threads.mjs WORKER DOCS indexes so many documents in splits of which one is
 * encoded while the next is filled, and prints how many there were.
 */
const [worker = '', docs = ''] = process.argv.slice(2)
const clock = instantClock()
const random = countingRandom()
const splitWork = new SplitThread(worker, 0)
const metastore = new Metastore(memoryStore(clock), { clock, random })
await metastore.createIndex(testConfig({ split_num_docs_target: Math.ceil(Number(docs) / 3) }))
const staging = memoryStore(clock)
const body = Buffer.from(testLines(0, Number(docs)))
const info = await staging.put('a.ndjson', body, { condition: { kind: 'always' } })
const source = objectSource(staging, info, 's3://staging/a.ndjson')
const components = { metastore, clock, random, splitWork }
const { docCount } = await indexSource(components, { indexId: 'events', source })
console.log(`${docCount} documents`)
await splitWork.close()
