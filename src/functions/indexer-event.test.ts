import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  encodeEventKey,
  eventOfTask,
  parseIndexerEvent,
  type IndexerTask,
} from './indexer-event.ts'

function s3Record(key: string, eventName = 'ObjectCreated:Put') {
  return { eventName, s3: { bucket: { name: 'b' }, object: { key, size: 7 } } }
}

function queueRecord(messageId: string, body: string) {
  const attributes = { ApproximateReceiveCount: '2' }
  return {
    eventSource: 'aws:sqs',
    messageId,
    receiptHandle: `handle ${messageId}`,
    attributes,
    body,
  }
}

/** As EventBridge's documents show it. */
function objectCreated(key: string) {
  return {
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '111122223333',
    time: '2021-11-12T00:00:00Z',
    region: 'ca-central-1',
    resources: ['arn:aws:s3:::b'],
    detail: {
      version: '0',
      bucket: { name: 'b' },
      object: {
        key,
        size: 5,
        etag: 'b1946ac92492d2347c6235b4d2611184',
        sequencer: '00617F08299329D189',
      },
      'request-id': 'N4N7GDK58NMKJ12R',
      requester: '123456789012',
      'source-ip-address': '1.2.3.4',
      reason: 'PutObject',
    },
  }
}

/** As SNS delivers to a queue without raw delivery. */
function notification(message: unknown) {
  return {
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: 'arn:aws:sns:us-west-2:123456789012:MyTopic',
    Subject: 'Amazon S3 Notification',
    Message: JSON.stringify(message),
    Timestamp: '2012-05-02T00:54:06.655Z',
    SignatureVersion: '1',
  }
}

function tasksOf(event: unknown): readonly IndexerTask[] {
  const parsed = parseIndexerEvent(event)
  return parsed.kind === 'direct' ? parsed.tasks : parsed.messages.flatMap(({ tasks }) => tasks)
}

/** A task that a bucket told of by itself. */
const NOTICE = { kind: 'source', bucket: 'b', indexId: undefined, isNotice: true } as const

const wrappings: readonly [string, (event: unknown) => unknown][] = [
  ['by itself', (event) => event],
  ['in a queue', (event) => ({ Records: [queueRecord('m', JSON.stringify(event))] })],
  [
    'from a topic',
    (event) => ({ Records: [{ EventSource: 'aws:sns', Sns: notification(event) }] }),
  ],
  [
    'from a topic in a queue',
    (event) => ({ Records: [queueRecord('m', JSON.stringify(notification(event)))] }),
  ],
]

test.each(wrappings)('an S3 event and one of EventBridge are understood %s', (_how, wrap) => {
  expect(tasksOf(wrap({ Records: [s3Record('shop/red+flower%2B.gz')] }))).toEqual([
    { ...NOTICE, key: 'shop/red flower+.gz', sizeBytes: 7 },
  ])
  expect(tasksOf(wrap(objectCreated('shop/red flower+%2B.gz')))).toEqual([
    { ...NOTICE, key: 'shop/red flower+%2B.gz', sizeBytes: 5 },
  ])
  const deleted = { ...objectCreated('shop/a'), 'detail-type': 'Object Deleted' }
  expect(tasksOf(wrap(deleted))).toEqual([])
  expect(tasksOf(wrap({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' }))).toEqual([])
})

test('a task is told apart from its own event, whatever the key', () => {
  const tasks: IndexerTask[] = [
    { kind: 'source', bucket: 'b', key: 'a\n%20+/é', indexId: 'shop', sizeBytes: 3 },
    { kind: 'source', bucket: 'b', key: 'k', indexId: undefined, sizeBytes: undefined },
    { kind: 'merge', indexId: 'shop' },
    { kind: 'cleanUp', indexId: undefined },
  ]
  for (const task of tasks) {
    expect(tasksOf(JSON.parse(JSON.stringify(eventOfTask(task))))).toEqual([task])
  }
  expect(tasksOf(JSON.parse(JSON.stringify({ sources: tasks.map(eventOfTask) })))).toEqual(tasks)
})

test('every record of an S3 event is a task, with its key as the object is called', () => {
  const event = { Records: [s3Record('shop/red+flower%2B.gz'), s3Record('shop/b.gz')] }
  expect(tasksOf(event)).toEqual([
    { ...NOTICE, key: 'shop/red flower+.gz', sizeBytes: 7 },
    { ...NOTICE, key: 'shop/b.gz', sizeBytes: 7 },
  ])
})

test('any key survives being written into an event and read from it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (key) => {
      const event = { Records: [s3Record(encodeEventKey(key))] }
      expect(tasksOf(event)).toMatchObject([{ key }])
    }),
  )
})

test.each(['ObjectRemoved:Delete', 'ObjectTagging:Put', 'LifecycleExpiration:Delete'])(
  '%s is no new object',
  (eventName) => {
    expect(tasksOf({ Records: [s3Record('k', eventName)] })).toEqual([])
  },
)

test('the event that S3 sends when a notification is set up holds nothing to do', () => {
  expect(tasksOf({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' })).toEqual([])
})

test.each([
  [
    { source_uri: 's3://b/a/c.json', index_id: 'shop' },
    { kind: 'source', bucket: 'b', key: 'a/c.json', indexId: 'shop', sizeBytes: undefined },
  ],
  [{ action: 'upkeep' }, { kind: 'upkeep' }],
  [{ action: 'merge' }, { kind: 'merge', indexId: undefined }],
  [
    { action: 'clean-up', index_id: 'shop' },
    { kind: 'cleanUp', indexId: 'shop' },
  ],
])('%j is one task', (event, task) => {
  expect(tasksOf(event)).toEqual([task])
})

test('a message of a queue batch that makes no sense fails alone', () => {
  const event = {
    Records: [
      queueRecord('two', JSON.stringify({ Records: [s3Record('i/1'), s3Record('i/2')] })),
      queueRecord('broken', '{'),
      queueRecord('other', '"text"'),
      queueRecord('malformed-key', JSON.stringify({ Records: [s3Record('%zz')] })),
      queueRecord('test', JSON.stringify({ Event: 's3:TestEvent' })),
    ],
  }
  const parsed = parseIndexerEvent(event)
  const messages = parsed.kind === 'queue' ? parsed.messages : []
  expect(messages.map(({ messageId, tasks }) => [messageId, tasks.length])).toEqual([
    ['two', 2],
    ['broken', 0],
    ['other', 0],
    ['malformed-key', 0],
    ['test', 0],
  ])
  const unreadable = messages.filter((message) => message.unreadable !== undefined)
  expect(unreadable.map(({ messageId }) => messageId)).toEqual(['broken', 'other', 'malformed-key'])
  expect(messages[0]).toMatchObject({ receiptHandle: 'handle two', receiveCount: 2 })
})

test.each([
  [null],
  ['text'],
  [[]],
  [{}],
  [{ Records: [{}] }],
  [{ source_uri: 'https://b/k' }],
  [{ source_uri: 's3://b' }],
  [{ action: 'explode' }],
])('%j is refused', (event) => {
  expect(() => parseIndexerEvent(event)).toThrow(expect.objectContaining({ kind: 'invalid' }))
})

test.each([
  { Type: 'Notification', Message: '{' },
  { Records: [{ Sns: { Message: 'text' } }] },
  { Records: [s3Record('%zz')] },
])('%j is refused as a mistake of the sender', (event) => {
  expect(() => parseIndexerEvent(event)).toThrow(expect.objectContaining({ kind: 'invalid' }))
})
