import { COMPONENT_TAG } from '../deploy/naming.ts'
import type { InventoryPort, TaggedResource } from '../deploy/ports.ts'
import { call, errorName } from './aws-errors.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

export function makeInventory(settings: AwsSettings): InventoryPort {
  const open = lazy(async () => {
    const sdk = await import('@aws-sdk/client-resource-groups-tagging-api')
    const client = new sdk.ResourceGroupsTaggingAPIClient(clientConfig(settings))
    return { sdk, client }
  })
  const exists = makeProbe(settings)
  return {
    async tagged(tag, value) {
      const { sdk, client } = await open()
      return call(`search for what is tagged ${tag}=${value}`, async () => {
        const found: TaggedResource[] = []
        const input = { TagFilters: [{ Key: tag, Values: [value] }] }
        for await (const page of sdk.paginateGetResources({ client }, input)) {
          for (const { ResourceARN: arn, Tags } of page.ResourceTagMappingList ?? []) {
            if (arn === undefined || !(await exists(arn))) continue
            found.push({ arn, component: Tags?.find(({ Key }) => Key === COMPONENT_TAG)?.Value })
          }
        }
        return found
      })
    },
  }
}

const GONE = [
  'NoSuchBucket',
  'NotFound',
  'ResourceNotFoundException',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
]

/** Looks at one resource itself. Kinds that need a client this program does not have count as
 *  existing: better one too many in the list than one too few. */
function makeProbe(settings: AwsSettings): (arn: string) => Promise<boolean> {
  const config = clientConfig(settings)
  const forcePathStyle = settings.endpoint !== undefined
  return async (arn) => {
    const [, , service, , , ...rest] = arn.split(':')
    const resource = rest.join(':')
    try {
      switch (service) {
        case 's3': {
          const sdk = await import('@aws-sdk/client-s3')
          const client = new sdk.S3Client({ ...config, forcePathStyle })
          await client.send(new sdk.HeadBucketCommand({ Bucket: resource }))
          return true
        }
        case 'lambda': {
          const sdk = await import('@aws-sdk/client-lambda')
          const client = new sdk.LambdaClient(config)
          const [kind, id] = rest
          await (kind === 'function'
            ? client.send(new sdk.GetFunctionConfigurationCommand({ FunctionName: arn }))
            : client.send(new sdk.GetEventSourceMappingCommand({ UUID: id })))
          return true
        }
        case 'sqs': {
          const sdk = await import('@aws-sdk/client-sqs')
          await new sdk.SQSClient(config).send(new sdk.GetQueueUrlCommand({ QueueName: resource }))
          return true
        }
        case 'logs': {
          const sdk = await import('@aws-sdk/client-cloudwatch-logs')
          const name = resource.replace(/^log-group:/, '').replace(/:\*$/, '')
          const answer = await new sdk.CloudWatchLogsClient(config).send(
            new sdk.DescribeLogGroupsCommand({ logGroupNamePrefix: name }),
          )
          return (answer.logGroups ?? []).some(({ logGroupName }) => logGroupName === name)
        }
        case 'secretsmanager': {
          const sdk = await import('@aws-sdk/client-secrets-manager')
          const answer = await new sdk.SecretsManagerClient(config).send(
            new sdk.DescribeSecretCommand({ SecretId: arn }),
          )
          return answer.DeletedDate === undefined
        }
        case 'cloudformation': {
          const sdk = await import('@aws-sdk/client-cloudformation')
          const answer = await new sdk.CloudFormationClient(config).send(
            new sdk.DescribeStacksCommand({ StackName: arn }),
          )
          return answer.Stacks?.[0]?.StackStatus !== 'DELETE_COMPLETE'
        }
        case undefined:
        default:
          return true
      }
    } catch (error) {
      if (GONE.includes(errorName(error))) return false
      throw error
    }
  }
}
