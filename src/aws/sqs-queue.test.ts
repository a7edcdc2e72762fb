import { expect, test } from 'vitest'
import { instantClock } from '../stores/testing/instant-clock.ts'
import { sqsQueue } from './sqs-queue.ts'
import { scriptedAws, type ServerAnswer, type ServerRequest } from './testing/scripted-aws.ts'

const aws = scriptedAws()

async function queueOver(answer: (request: ServerRequest) => ServerAnswer) {
  const { region, endpoint } = await aws.settings(answer)
  return sqsQueue({
    url: 'https://sqs.eu-west-1.amazonaws.com/123456789012/shop',
    region,
    credentials: () => ({ accessKeyId: 'id', secretAccessKey: 'secret' }),
    clock: instantClock(),
    endpoint,
  })
}

const sent = () =>
  aws.requests.flatMap(({ body }) =>
    (JSON.parse(body).Entries as { MessageBody: string }[]).map((entry) => entry.MessageBody),
  )

test('messages go ten at a time, and fewer when they are large', async () => {
  const queue = await queueOver(() => ({ body: '{"Successful":[]}' }))
  const bodies = Array.from({ length: 23 }, (_, i) => `message ${i}`)
  await queue.send(bodies)
  expect(sent()).toEqual(bodies)
  expect(aws.requests).toHaveLength(3)
  await queue.send(['x'.repeat(150_000), 'y'.repeat(150_000)])
  expect(aws.requests).toHaveLength(5)
})

test('throttling and faults are asked again, and then given up with the reason', async () => {
  let refusals = 2
  const queue = await queueOver(() =>
    refusals-- > 0
      ? { status: 400, body: '{"__type":"com.amazonaws.sqs#RequestThrottled"}' }
      : { body: '{}' },
  )
  await queue.postpone(['handle'], 30)
  expect(aws.requests).toHaveLength(3)
  expect(JSON.parse(aws.requests[0]?.body ?? '')).toMatchObject({
    Entries: [{ ReceiptHandle: 'handle', VisibilityTimeout: 30 }],
  })
  refusals = Infinity
  await expect(queue.send(['m'])).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('RequestThrottled'),
  })
})

test('a refusal is not repeated, and names the right that is missing', async () => {
  const queue = await queueOver(() => ({ status: 403, body: '{"__type":"AccessDenied"}' }))
  await expect(queue.send(['m'])).rejects.toMatchObject({
    fix: expect.stringContaining('allow sqs:SendMessage on'),
  })
  expect(aws.requests).toHaveLength(1)
})

test('one message that is refused within a successful answer is a failure', async () => {
  const queue = await queueOver(() => ({ body: '{"Failed":[{"Id":"0","Code":"InternalError"}]}' }))
  await expect(queue.send(['m'])).rejects.toMatchObject({ kind: 'unavailable' })
})
