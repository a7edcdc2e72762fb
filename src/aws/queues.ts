import type { QueuePort } from '../deploy/ports.ts'
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
  }
}
