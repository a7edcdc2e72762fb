import { DEPLOYMENT_TAG } from './naming.ts'
import type { InventoryPort, TaggedResource } from './ports.ts'

export interface Leftover {
  /** Such as `s3` or `lambda`. */
  readonly service: string
  readonly arn: string
  /** What it was for; see the template's qw-lambda:component tags. */
  readonly component: string | undefined
  readonly reason: string
  /** A command that removes it. */
  readonly command: string
}

/** What still carries the deployment's tag, apart from what was kept on purpose. */
export async function findLeftovers(
  deployment: string,
  keptIds: readonly string[],
  inventory: InventoryPort,
): Promise<readonly Leftover[]> {
  const tagged = await inventory.tagged(DEPLOYMENT_TAG, deployment)
  return tagged
    .filter(({ arn }) => !keptIds.some((id) => arn.endsWith(`:${id}`)))
    .map((resource) => leftoverOf(resource))
}

function leftoverOf({ arn, component }: TaggedResource): Leftover {
  const [, , service = '', , , ...rest] = arn.split(':')
  return {
    service,
    arn,
    component,
    reason: 'still found by its tag',
    command: removalCommand(service, rest.join(':'), arn),
  }
}

function removalCommand(service: string, resource: string, arn: string): string {
  const name = resource.split(/[/:]/).at(-1) ?? resource
  switch (service) {
    case 's3':
      return `aws s3 rb --force s3://${resource}`
    case 'lambda':
      return resource.startsWith('event-source-mapping')
        ? `aws lambda delete-event-source-mapping --uuid ${name}`
        : `aws lambda delete-function --function-name ${name}`
    case 'logs':
      return `aws logs delete-log-group --log-group-name ${resource.replace(/^log-group:/, '')}`
    case 'secretsmanager':
      return `aws secretsmanager delete-secret --force-delete-without-recovery --secret-id ${arn}`
    case 'iam':
      return `aws iam delete-role --role-name ${name}`
    case 'cloudformation':
      return `aws cloudformation delete-stack --stack-name ${arn}`
    case 'sqs':
      return `aws sqs delete-queue --queue-url $(aws sqs get-queue-url --queue-name ${name} --query QueueUrl --output text)`
    default:
      return `aws resourcegroupstaggingapi get-resources --resource-arn-list ${arn}`
  }
}
