import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeEventKey, parseIndexerEvent } from './indexer-event.ts'

function s3Record(key: string, eventName = 'ObjectCreated:Put') {
  return { eventName, s3: { bucket: { name: 'b' }, object: { key } } }
}

function tasksOf(event: unknown) {
  return parseIndexerEvent(event).tasks.map(({ task }) => task)
}

test('every record of an S3 event is a task, with its key as the object is called', () => {
  const event = { Records: [s3Record('shop/red+flower%2B.gz'), s3Record('shop/b.gz')] }
  expect(tasksOf(event)).toEqual([
    { kind: 'source', bucket: 'b', key: 'shop/red flower+.gz', indexId: undefined },
    { kind: 'source', bucket: 'b', key: 'shop/b.gz', indexId: undefined },
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
    { kind: 'source', bucket: 'b', key: 'a/c.json', indexId: 'shop' },
  ],
  [{ action: 'merge' }, { kind: 'merge', indexId: undefined }],
  [
    { action: 'clean-up', index_id: 'shop' },
    { kind: 'cleanUp', indexId: 'shop' },
  ],
])('%j is one task', (event, task) => {
  expect(tasksOf(event)).toEqual([task])
})

test('tasks of a queue batch know their message; one that makes no sense fails alone', () => {
  const message = (messageId: string, body: string) => ({
    eventSource: 'aws:sqs',
    messageId,
    body,
  })
  const event = {
    Records: [
      message('two', JSON.stringify({ Records: [s3Record('i/1'), s3Record('i/2')] })),
      message('broken', '{'),
      message('other', '"text"'),
      message('malformed-key', JSON.stringify({ Records: [s3Record('%zz')] })),
      message('test', JSON.stringify({ Event: 's3:TestEvent' })),
    ],
  }
  const { tasks, unreadable, isQueueBatch } = parseIndexerEvent(event)
  expect(isQueueBatch).toBe(true)
  expect(tasks.map(({ messageId }) => messageId)).toEqual(['two', 'two'])
  expect(unreadable.map(({ messageId }) => messageId)).toEqual(['broken', 'other', 'malformed-key'])
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
