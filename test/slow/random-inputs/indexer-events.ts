import type { JsonValue } from '../../../src/engine/bytes/json.ts'
import { Metastore } from '../../../src/engine/metastore/metastore.ts'
import { shippedConfig } from '../../../src/engine/schema/shipped-configs.ts'
import { makeIndexerHandler, type IndexerHandler } from '../../../src/functions/indexer-handler.ts'
import { memoryStore } from '../../../src/stores/memory-store.ts'
import { systemClock, systemRandom } from '../../../src/stores/system-clock.ts'
import type { Draw } from './draw.ts'

const KEYS = ['shop/a.ndjson', 'shop/b%20c.log', 'shop/none', 'a', '../x', '.failed/x', 'shop/']

const notice = (key: string): JsonValue => ({
  eventName: 'ObjectCreated:Put',
  eventSource: 'aws:s3',
  s3: { bucket: { name: 'staging' }, object: { key, size: 20, eTag: 'x' } },
})
const message = (body: JsonValue): JsonValue => ({
  eventSource: 'aws:sqs',
  messageId: 'm',
  receiptHandle: 'r',
  attributes: { ApproximateReceiveCount: '1' },
  body: JSON.stringify(body),
})

function eventsOf(key: string): readonly JsonValue[] {
  const s3: JsonValue = { Records: [notice(key)] }
  const bridge: JsonValue = {
    source: 'aws.s3',
    'detail-type': 'Object Created',
    detail: { bucket: { name: 'staging' }, object: { key, size: 20 } },
  }
  return [
    s3,
    bridge,
    { Records: [message(s3), message(bridge)] },
    { Records: [{ EventSource: 'aws:sns', Sns: { Message: JSON.stringify(s3) } }] },
    { Records: [message({ Type: 'Notification', Message: JSON.stringify(s3) })] },
    { source_uri: `s3://staging/${key}`, index_id: 'shop' },
    {
      sources: [
        { source_uri: `s3://staging/${key}` },
        { source_uri: 's3://staging/shop/a.ndjson' },
      ],
    },
    { action: 'upkeep' },
    { action: 'merge', index_id: 'shop' },
    { action: 'clean-up' },
    { Event: 's3:TestEvent' },
  ]
}

/** An indexer over memory, with two files to index; after so many events everything begins anew. */
export class IndexerWorld {
  #handler: IndexerHandler | undefined
  #count = 0

  async invoke(draw: Draw, isAsIs: boolean): Promise<boolean> {
    const handler = await this.#world()
    const events = eventsOf(isAsIs ? 'shop/a.ndjson' : draw.of(KEYS))
    const event = draw.of(events)
    const changed = isAsIs ? event : draw.json(event, events)
    const report = await handler(changed, { requestId: 'r', deadlineMs: undefined })
    return !('batchItemFailures' in report) || report.batchItemFailures.length === 0
  }

  async #world(): Promise<IndexerHandler> {
    if (this.#handler === undefined || this.#count % 1_000 === 0) {
      const source = memoryStore()
      const put = (key: string, text: string): Promise<unknown> =>
        source.put(key, Buffer.from(text), { condition: { kind: 'always' } })
      await put('shop/a.ndjson', '{"ts":1700000000,"id":1}\n{"ts":1700000001,"id":2}\n')
      await put('shop/b c.log', 'no json\n{"ts":1700000000,"id":"x"}\n')
      const host = { clock: systemClock, random: systemRandom }
      const config = shippedConfig('mock-sales')
      this.#handler = makeIndexerHandler(
        {
          ...host,
          metastore: new Metastore(memoryStore(), host),
          openBucket: () => source,
          configFor: (indexId) =>
            Promise.resolve(
              indexId === 'shop' && config !== undefined ? { ...config, indexId } : undefined,
            ),
          log: () => undefined,
        },
        { mergesEnabled: true, janitorEnabled: true },
      )
    }
    this.#count++
    return this.#handler
  }
}
