import type { StackState } from './ports.ts'

/** From `https://sqs.{region}.{domain}/{account}/{name}`, and the partition from the stack's own id. */
export function queueArnOf({ stackId, outputs }: StackState): string | undefined {
  const [, partition = 'aws', , region = ''] = stackId.split(':')
  const [account, name] = (outputs['QueueUrl'] ?? '').split('/').slice(-2)
  if (account === undefined || name === undefined) return undefined
  return `arn:${partition}:sqs:${region}:${account}:${name}`
}
