import type { QueuePort } from '../deploy/ports.ts'
import { QwError } from '../engine/errors.ts'
import { call } from './aws-errors.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

export function makeQueues(settings: AwsSettings): QueuePort {
  const open = lazy(async () => {
    const sdk = await import('@aws-sdk/client-sqs')
    return { sdk, client: new sdk.SQSClient(clientConfig(settings)) }
  })
  return {
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
  }
}
