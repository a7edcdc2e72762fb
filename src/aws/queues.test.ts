import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeQueues } from './queues.ts'
import { scriptedAws } from './testing/scripted-aws.ts'

const aws = scriptedAws()
const messageOf = (Body: string) => ({
  Body,
  MessageId: Body,
  ReceiptHandle: `handle of ${Body}`,
  MD5OfBody: createHash('md5').update(Body).digest('hex'),
})

test('messages that are meant are copied, then deleted, until the queue has no other', async () => {
  const batches = [['a', 'not meant', 'b'], ['not meant either'], ['c']]
  const settings = await aws.settings(({ headers }) => {
    const isReceive = String(headers['x-amz-target']).endsWith('ReceiveMessage')
    if (!isReceive) return { body: '{"Successful":[]}' }
    return { body: JSON.stringify({ Messages: (batches.shift() ?? []).map(messageOf) }) }
  })
  const queues = {
    from: 'https://sqs.eu-west-1.amazonaws.com/123456789012/dead',
    to: 'https://sqs.eu-west-1.amazonaws.com/123456789012/shop',
  }
  const moved = await makeQueues(settings).move(queues, (body) => !body.startsWith('not'))
  expect(moved).toEqual({ movedCount: 3, leftCount: 2 })
  const calls = aws.requests.map(({ headers, body }) => {
    const { QueueUrl, Entries = [] } = JSON.parse(body) as {
      QueueUrl: string
      Entries?: { MessageBody?: string; ReceiptHandle?: string }[]
    }
    const verb = String(headers['x-amz-target']).split('.').at(-1)
    const what = Entries.map((entry) => entry.MessageBody ?? entry.ReceiptHandle)
    return [verb, QueueUrl.split('/').at(-1), ...what]
  })
  expect(calls).toEqual([
    ['ReceiveMessage', 'dead'],
    ['SendMessageBatch', 'shop', 'a', 'b'],
    ['DeleteMessageBatch', 'dead', 'handle of a', 'handle of b'],
    ['ReceiveMessage', 'dead'],
    ['ReceiveMessage', 'dead'],
    ['SendMessageBatch', 'shop', 'c'],
    ['DeleteMessageBatch', 'dead', 'handle of c'],
    ['ReceiveMessage', 'dead'],
  ])
})
