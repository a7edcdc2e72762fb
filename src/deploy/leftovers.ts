import { DEPLOYMENT_TAG } from './naming.ts'
import type { InventoryPort, TaggedResource } from './ports.ts'

export interface Leftover {
  /** CloudFormation's word, such as `AWS::S3::Bucket`, which prices go by; the service's where it is unknown. */
  readonly type: string
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

/** How a kind of resource is called and removed. */
interface Kind {
  readonly type: string
  readonly command: (name: string, arn: string) => string
}

/** By service, and by kind where a service has several. */
const KINDS: Readonly<Record<string, Kind>> = {
  s3: { type: 'AWS::S3::Bucket', command: (name) => `aws s3 rb --force s3://${name}` },
  'lambda:function': {
    type: 'AWS::Lambda::Function',
    command: (name) => `aws lambda delete-function --function-name ${name}`,
  },
  'lambda:event-source-mapping': {
    type: 'AWS::Lambda::EventSourceMapping',
    command: (name) => `aws lambda delete-event-source-mapping --uuid ${name}`,
  },
  'logs:log-group': {
    type: 'AWS::Logs::LogGroup',
    command: (name) => `aws logs delete-log-group --log-group-name ${name}`,
  },
  'secretsmanager:secret': {
    type: 'AWS::SecretsManager::Secret',
    command: (_name, arn) =>
      `aws secretsmanager delete-secret --force-delete-without-recovery --secret-id ${arn}`,
  },
  'iam:role': {
    type: 'AWS::IAM::Role',
    command: (name) => `aws iam delete-role --role-name ${name}`,
  },
  sqs: {
    type: 'AWS::SQS::Queue',
    command: (name) =>
      `aws sqs delete-queue --queue-url "$(aws sqs get-queue-url --queue-name ${name} --query QueueUrl --output text)"`,
  },
  'cloudwatch:alarm': {
    type: 'AWS::CloudWatch::Alarm',
    command: (name) => `aws cloudwatch delete-alarms --alarm-names ${name}`,
  },
  sns: {
    type: 'AWS::SNS::Topic',
    command: (_name, arn) => `aws sns delete-topic --topic-arn ${arn}`,
  },
  'firehose:deliverystream': {
    type: 'AWS::KinesisFirehose::DeliveryStream',
    command: (name) => `aws firehose delete-delivery-stream --delivery-stream-name ${name}`,
  },
  'apigateway:restapis': {
    type: 'AWS::ApiGateway::RestApi',
    command: (name) => `aws apigateway delete-rest-api --rest-api-id ${name}`,
  },
  'apigateway:apikeys': {
    type: 'AWS::ApiGateway::ApiKey',
    command: (name) => `aws apigateway delete-api-key --api-key ${name}`,
  },
  'apigateway:usageplans': {
    type: 'AWS::ApiGateway::UsagePlan',
    command: (name) => `aws apigateway delete-usage-plan --usage-plan-id ${name}`,
  },
  'cloudformation:stack': {
    type: 'AWS::CloudFormation::Stack',
    command: (_name, arn) => `aws cloudformation delete-stack --stack-name ${arn}`,
  },
}

/** ARNs end in `name`, `kind:name`, `kind/name` or `/kind/name`, as the service likes it. */
function leftoverOf({ arn, component }: TaggedResource): Leftover {
  const [, , service = '', , , ...rest] = arn.split(':')
  const resource = rest.join(':').replace(/^\//, '')
  const [, word = '', name = ''] = /^([a-z-]+)[:/](.+)$/.exec(resource) ?? []
  const alone = KINDS[service]
  const kind = alone ?? KINDS[`${service}:${word}`]
  return {
    type: kind?.type ?? service,
    arn,
    component,
    reason: 'still found by its tag',
    command:
      kind?.command(alone === undefined ? name : resource, arn) ??
      `aws resourcegroupstaggingapi get-resources --resource-arn-list ${arn}`,
  }
}
