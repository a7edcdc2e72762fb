import type * as Sqs from '@aws-sdk/client-sqs'
import type { MovedMessages, QueuePort } from '../deploy/ports.ts'
import { QwError } from '../engine/errors.ts'
import { call } from './aws-errors.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

/** A message that was looked at is hidden for so long: one is not met twice by the same pass. */
const LOOKED_AT_SECONDS = 300
/** A pass ends here at the latest. */
const MAX_MOVED = 100_000

export function makeQueues(settings: AwsSettings): QueuePort {
  const open = lazy(async () => {
    const sdk = await import('@aws-sdk/client-sqs')
    return { sdk, client: new sdk.SQSClient(clientConfig(settings)) }
  })
  const port: QueuePort = {
    async depth(url) {
      const { sdk, client } = await open()
      return call(`read the depth of ${url}`, async () => {
        const answer = await client.send(
          new sdk.GetQueueAttributesCommand({
            QueueUrl: url,
            AttributeNames: [
              'ApproximateNumberOfMessages',
              'ApproximateNumberOfMessagesNotVisible',
            ],
          }),
        )
        return {
          waiting: Number(answer.Attributes?.['ApproximateNumberOfMessages'] ?? 0),
          inFlight: Number(answer.Attributes?.['ApproximateNumberOfMessagesNotVisible'] ?? 0),
        }
      })
    },
    async send(url, bodies, abortSignal) {
      const { sdk, client } = await open()
      await call(`send to ${url}`, async () => {
        const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }))
        const { Failed: failed = [] } = await client.send(
          new sdk.SendMessageBatchCommand({ QueueUrl: url, Entries }),
          abortSignal === undefined ? {} : { abortSignal },
        )
        const [first] = failed
        if (first === undefined) return
        // Each message fails on its own inside a successful answer.
        const message = `the queue refused ${failed.length} of ${bodies.length} messages: ${first.Code}`
        throw new QwError('unavailable', `${message} ${first.Message ?? ''}`, { code: 'AWS-FAULT' })
      })
    },
    move: async (ends, isMeant, signal) =>
      await moveMessages({ ...(await open()), port }, ends, isMeant, signal),
  }
  return port
}

interface Mover {
  readonly sdk: typeof Sqs
  readonly client: Sqs.SQSClient
  readonly port: QueuePort
}

async function moveMessages(
  { sdk, client, port }: Mover,
  ...[{ from, to }, isMeant, abortSignal]: Parameters<QueuePort['move']>
): Promise<MovedMessages> {
  const options = abortSignal === undefined ? {} : { abortSignal }
  const receive = new sdk.ReceiveMessageCommand({
    QueueUrl: from,
    MaxNumberOfMessages: 10,
    VisibilityTimeout: LOOKED_AT_SECONDS,
    WaitTimeSeconds: 1,
  })
  const counts = { movedCount: 0, leftCount: 0 }
  while (counts.movedCount + counts.leftCount < MAX_MOVED) {
    const { Messages: messages = [] } = await call(`read messages of ${from}`, () =>
      client.send(receive, options),
    )
    if (messages.length === 0) break
    const meant = messages.flatMap(({ Body: body, ReceiptHandle }) =>
      body !== undefined && isMeant(body) ? [{ body, ReceiptHandle }] : [],
    )
    counts.leftCount += messages.length - meant.length
    if (meant.length === 0) continue
    const bodies = meant.map(({ body }) => body)
    await port.send(to, bodies, abortSignal)
    const Entries = meant.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }))
    await call(`delete messages of ${from}`, () =>
      client.send(new sdk.DeleteMessageBatchCommand({ QueueUrl: from, Entries }), options),
    )
    counts.movedCount += meant.length
  }
  return counts
}
