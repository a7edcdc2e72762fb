import { expect, test } from 'vitest'
import { DEFAULT_ASSUMPTIONS } from '../../src/cost/assumptions.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import { shippedConfig } from '../../src/engine/schema/shipped-configs.ts'
import { makeIndexerHandler } from '../../src/functions/indexer-handler.ts'
import { countingStore } from '../../src/stores/counting-store.ts'
import { memoryStore } from '../../src/stores/memory-store.ts'
import { systemClock, systemRandom } from '../../src/stores/system-clock.ts'

test('the estimate counts the reads and writes of a file as the indexer makes them', async () => {
  const [staging, index] = [countingStore(memoryStore()), countingStore(memoryStore())]
  const host = { clock: systemClock, random: systemRandom }
  const handler = makeIndexerHandler(
    {
      ...host,
      metastore: new Metastore(index, host),
      openBucket: () => staging,
      configFor: async () => shippedConfig('mock-sales'),
      log: () => {},
    },
    { mergesEnabled: true, janitorEnabled: true },
  )
  const put = async (key: string): Promise<void> => {
    const document = JSON.stringify({ ts: 1_700_000_000, id: 1 })
    await staging.put(key, Buffer.from(document), { condition: { kind: 'always' } })
    const s3 = { bucket: { name: 'staging' }, object: { key } }
    const event = { Records: [{ eventName: 'ObjectCreated:Put', s3 }] }
    await handler(event, { requestId: 'r', deadlineMs: undefined })
  }
  // The first one makes the index, and cleaning up is a matter of hours, not of files.
  await put('mock-sales/first')
  staging.reset()
  index.reset()
  await put('mock-sales/second')
  const verbs = [...staging.requests, ...index.requests].map(({ verb }) => verb)
  const reads = verbs.filter((verb) => verb === 'get' || verb === 'read' || verb === 'head')
  expect(reads).toHaveLength(DEFAULT_ASSUMPTIONS.indexerReadsPerFile)
  const { splitsPerFile, metastoreWritesPerFile } = DEFAULT_ASSUMPTIONS
  // The staged file itself is a put, too.
  const puts = verbs.filter((verb) => verb === 'put')
  expect(puts).toHaveLength(1 + splitsPerFile + metastoreWritesPerFile)
})
