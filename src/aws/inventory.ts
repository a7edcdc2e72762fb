import { COMPONENT_TAG } from '../deploy/naming.ts'
import type { InventoryPort, TaggedResource } from '../deploy/ports.ts'
import { isQwError } from '../engine/errors.ts'
import { call, errorName, translate } from './aws-errors.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

export function makeInventory(settings: AwsSettings): InventoryPort {
  const open = lazy(async () => {
    const sdk = await import('@aws-sdk/client-resource-groups-tagging-api')
    const client = new sdk.ResourceGroupsTaggingAPIClient(clientConfig(settings))
    return { sdk, client }
  })
  return {
    async tagged(tag, value) {
      const { sdk, client } = await open()
      return call(`search for what is tagged ${tag}=${value}`, async () => {
        const found: TaggedResource[] = []
        const input = { TagFilters: [{ Key: tag, Values: [value] }] }
        for await (const page of sdk.paginateGetResources({ client }, input)) {
          for (const { ResourceARN: arn, Tags } of page.ResourceTagMappingList ?? []) {
            if (arn === undefined) continue
            found.push({ arn, component: Tags?.find(({ Key }) => Key === COMPONENT_TAG)?.Value })
          }
        }
        return found
      })
    },
    look: makeLook(settings),
  }
}

const GONE = [
  'NoSuchBucket',
  'NotFound',
  'NotFoundException',
  'ResourceNotFoundException',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
]
/** The credentials or the connection are to blame, which is no answer about the thing. */
const NO_ANSWER = ['CRED-', 'NETWORK', 'THROTTLED', 'AWS-FAULT']

/** Kinds that another port needs a client for are asked with it; the others by Cloud Control, which
 *  knows most types by their CloudFormation name. */
function makeLook(settings: AwsSettings): InventoryPort['look'] {
  const ask = makeAsk(settings)
  return async (type, id) => {
    try {
      return (await ask(type, id)) ? 'there' : 'gone'
    } catch (error) {
      if (GONE.includes(errorName(error))) return 'gone'
      const told = translate(error, `look at ${id}`)
      const isFailure =
        isQwError(told) && NO_ANSWER.some((code) => told.code?.startsWith(code) === true)
      if (isFailure) throw told
      return 'unknown'
    }
  }
}

function makeAsk(settings: AwsSettings): (type: string, id: string) => Promise<boolean> {
  const config = clientConfig(settings)
  const forcePathStyle = settings.endpoint !== undefined
  return async (type, id) => {
    switch (type) {
      case 'AWS::S3::Bucket': {
        const sdk = await import('@aws-sdk/client-s3')
        const client = new sdk.S3Client({ ...config, forcePathStyle })
        await client.send(new sdk.HeadBucketCommand({ Bucket: id }))
        return true
      }
      case 'AWS::Lambda::Function': {
        const sdk = await import('@aws-sdk/client-lambda')
        const command = new sdk.GetFunctionConfigurationCommand({ FunctionName: id })
        await new sdk.LambdaClient(config).send(command)
        return true
      }
      case 'AWS::Lambda::EventSourceMapping': {
        const sdk = await import('@aws-sdk/client-lambda')
        const command = new sdk.GetEventSourceMappingCommand({ UUID: id })
        await new sdk.LambdaClient(config).send(command)
        return true
      }
      case 'AWS::SQS::Queue': {
        const sdk = await import('@aws-sdk/client-sqs')
        const QueueName = id.slice(id.lastIndexOf('/') + 1)
        await new sdk.SQSClient(config).send(new sdk.GetQueueUrlCommand({ QueueName }))
        return true
      }
      case 'AWS::Logs::LogGroup': {
        const sdk = await import('@aws-sdk/client-cloudwatch-logs')
        const answer = await new sdk.CloudWatchLogsClient(config).send(
          new sdk.DescribeLogGroupsCommand({ logGroupNamePrefix: id }),
        )
        return (answer.logGroups ?? []).some(({ logGroupName }) => logGroupName === id)
      }
      case 'AWS::SecretsManager::Secret': {
        const sdk = await import('@aws-sdk/client-secrets-manager')
        const answer = await new sdk.SecretsManagerClient(config).send(
          new sdk.DescribeSecretCommand({ SecretId: id }),
        )
        return answer.DeletedDate === undefined
      }
      case 'AWS::CloudFormation::Stack': {
        const sdk = await import('@aws-sdk/client-cloudformation')
        const answer = await new sdk.CloudFormationClient(config).send(
          new sdk.DescribeStacksCommand({ StackName: id.split('/')[0] }),
        )
        return answer.Stacks?.[0]?.StackStatus !== 'DELETE_COMPLETE'
      }
      default: {
        const sdk = await import('@aws-sdk/client-cloudcontrol')
        // What CloudFormation deleted is not found by contract, also a key that waits a week for its end.
        await new sdk.CloudControlClient(config).send(
          new sdk.GetResourceCommand({ TypeName: type, Identifier: id }),
        )
        return true
      }
    }
  }
}
