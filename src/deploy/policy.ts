import type { DeploymentConfig } from './deployment-config.ts'
import { artifactBucketOf, stackNameOf, type Home } from './naming.ts'

interface PolicyStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >
}

export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

/** Where a deployment's things are: physical names begin with the stack's, and the statements hold
 *  on to that. */
interface Scope {
  readonly home: Home
  readonly stack: string
  readonly arn: (service: string, resource: string) => string
}

/** The parts of a deployment that need permissions of their own. */
export type OptionalParts = Pick<DeploymentConfig, 'firehose' | 'notifyEmail' | 'monthlyBudgetUsd'>

/** What IAM takes as one managed policy, white space not counted. */
const MANAGED_POLICY_LIMIT = 6_144

/** What deploying, operating and removing one deployment needs: CloudFormation acts with the
 *  caller's permissions. Usually one policy; several where one would be too long for IAM. */
export function deployerPolicies(home: Home, parts: OptionalParts): PolicyDocument[] {
  const scope: Scope = {
    home,
    stack: stackNameOf(home.deployment),
    arn: (service, resource) => `arn:aws:${service}:${home.region}:${home.accountId}:${resource}`,
  }
  return inPolicies([
    ...stackStatements(scope),
    ...bucketStatements(scope),
    ...functionStatements(scope),
    ...roleStatements(scope),
    ...sourceStatements(scope),
    ...apiStatements(scope),
    ...watchStatements(scope),
    ...(parts.firehose ? [firehoseStatement(scope)] : []),
    ...(parts.notifyEmail !== undefined ? [notifyStatement(scope)] : []),
    ...(parts.monthlyBudgetUsd > 0 ? [budgetStatement(scope)] : []),
  ])
}

function inPolicies(statements: readonly PolicyStatement[]): PolicyDocument[] {
  const policies: PolicyDocument[] = []
  let current: PolicyStatement[] = []
  for (const statement of statements) {
    const longer = policyOf([...current, statement])
    if (JSON.stringify(longer).length > MANAGED_POLICY_LIMIT) {
      policies.push(policyOf(current))
      current = []
    }
    current.push(statement)
  }
  return [...policies, policyOf(current)]
}

function policyOf(statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements }
}

function stackStatements({ stack, arn }: Scope): PolicyStatement[] {
  const stackActions =
    'CreateChangeSet DescribeChangeSet ExecuteChangeSet DeleteChangeSet DescribeStacks ' +
    'DescribeStackEvents DescribeStackResources DeleteStack ContinueUpdateRollback TagResource'
  return [
    allow('Stack', actions('cloudformation', stackActions), [
      arn('cloudformation', `stack/${stack}/*`),
      arn('cloudformation', `stack/${stack}`),
    ]),
    // Questions that are asked before there is anything to name.
    allow(
      'Look',
      [
        'cloudformation:DescribeStacks',
        'lambda:GetAccountSettings',
        'lambda:ListEventSourceMappings',
        'logs:DescribeLogGroups',
        'tag:GetResources',
        'cloudwatch:GetMetricData',
        'secretsmanager:GetRandomPassword',
      ],
      ['*'],
    ),
  ]
}

function bucketStatements({ home, stack }: Scope): PolicyStatement[] {
  const buckets = [`arn:aws:s3:::${stack}-*`, `arn:aws:s3:::${artifactBucketOf(home)}`]
  const bucketActions =
    'CreateBucket DeleteBucket ListBucket ListBucketVersions ListBucketMultipartUploads ' +
    'GetBucketTagging PutBucketTagging GetEncryptionConfiguration PutEncryptionConfiguration ' +
    'GetLifecycleConfiguration PutLifecycleConfiguration GetBucketNotification ' +
    'PutBucketNotification GetBucketPolicy PutBucketPolicy DeleteBucketPolicy ' +
    'GetBucketPublicAccessBlock PutBucketPublicAccessBlock GetBucketOwnershipControls ' +
    'PutBucketOwnershipControls'
  const objectActions = 'GetObject PutObject DeleteObject DeleteObjectVersion AbortMultipartUpload'
  return [
    allow('Buckets', actions('s3', bucketActions), buckets),
    allow(
      'Objects',
      actions('s3', objectActions),
      buckets.map((bucket) => `${bucket}/*`),
    ),
  ]
}

function functionStatements({ stack, arn }: Scope): PolicyStatement[] {
  const functionArn = arn('lambda', `function:${stack}-*`)
  const functionActions =
    'CreateFunction UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction GetFunction ' +
    'GetFunctionConfiguration InvokeFunction AddPermission RemovePermission GetPolicy ' +
    'PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig ' +
    'DeleteFunctionEventInvokeConfig GetFunctionEventInvokeConfig'
  const mappingActions =
    'CreateEventSourceMapping UpdateEventSourceMapping DeleteEventSourceMapping'
  return [
    allow('Functions', actions('lambda', `${functionActions} ${LAMBDA_TAGS}`), [functionArn]),
    // Mappings have ids that AWS makes up; the condition ties them to our functions.
    allow('Mappings', actions('lambda', mappingActions), ['*'], {
      ArnLike: { 'lambda:FunctionArn': functionArn },
    }),
    allow('MappingState', actions('lambda', `GetEventSourceMapping ${LAMBDA_TAGS}`), [
      arn('lambda', 'event-source-mapping:*'),
    ]),
  ]
}

function roleStatements({ home, stack }: Scope): PolicyStatement[] {
  const roles = [`arn:aws:iam::${home.accountId}:role/${stack}-*`]
  const roleActions =
    'CreateRole DeleteRole GetRole UpdateAssumeRolePolicy PutRolePolicy DeleteRolePolicy ' +
    'GetRolePolicy TagRole UntagRole'
  const services = ['lambda', 'scheduler', 'firehose'].map((name) => `${name}.amazonaws.com`)
  return [
    allow('Roles', actions('iam', roleActions), roles),
    allow('PassRoles', ['iam:PassRole'], roles, {
      StringEquals: { 'iam:PassedToService': services },
    }),
  ]
}

function sourceStatements({ stack, arn }: Scope): PolicyStatement[] {
  const queueActions =
    'CreateQueue DeleteQueue GetQueueAttributes SetQueueAttributes GetQueueUrl TagQueue ' +
    'UntagQueue ListQueueTags'
  return [
    allow('Queues', actions('sqs', queueActions), [arn('sqs', `${stack}-*`)]),
    allow(
      'Schedule',
      actions('scheduler', 'CreateSchedule UpdateSchedule DeleteSchedule GetSchedule'),
      [arn('scheduler', `schedule/default/${stack}-*`)],
    ),
  ]
}

function apiStatements({ home, arn }: Scope): PolicyStatement[] {
  const paths = ['restapis', 'apikeys', 'usageplans'].flatMap((path) => [path, `${path}/*`])
  const secretActions =
    'CreateSecret UpdateSecret DeleteSecret RestoreSecret DescribeSecret GetSecretValue ' +
    'PutSecretValue TagResource UntagResource'
  return [
    allow(
      'Api',
      actions('apigateway', 'GET POST PUT PATCH DELETE'),
      [...paths, 'tags/*'].map((path) => `arn:aws:apigateway:${home.region}::/${path}`),
    ),
    // CloudFormation names a secret by its logical id, without the stack's name.
    allow('Secret', actions('secretsmanager', secretActions), [
      arn('secretsmanager', 'secret:ApiKeySecret-*'),
    ]),
  ]
}

function watchStatements({ stack, arn }: Scope): PolicyStatement[] {
  const logActions =
    'CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy FilterLogEvents ' +
    'TagResource UntagResource ListTagsForResource'
  const alarmActions =
    'PutMetricAlarm DeleteAlarms DescribeAlarms TagResource UntagResource ListTagsForResource'
  return [
    allow('Logs', actions('logs', logActions), [
      arn('logs', `log-group:${stack}-*`),
      arn('logs', `log-group:/aws/lambda/${stack}-*`),
    ]),
    allow('Alarms', actions('cloudwatch', alarmActions), [arn('cloudwatch', `alarm:${stack}-*`)]),
  ]
}

function firehoseStatement({ stack, arn }: Scope): PolicyStatement {
  const firehoseActions =
    'CreateDeliveryStream DeleteDeliveryStream DescribeDeliveryStream UpdateDestination ' +
    'TagDeliveryStream UntagDeliveryStream ListTagsForDeliveryStream'
  return allow('Firehose', actions('firehose', firehoseActions), [
    arn('firehose', `deliverystream/${stack}-*`),
  ])
}

function notifyStatement({ stack, arn }: Scope): PolicyStatement {
  const topicActions =
    'CreateTopic DeleteTopic Subscribe Unsubscribe GetTopicAttributes ListSubscriptionsByTopic ' +
    'TagResource UntagResource ListTagsForResource'
  return allow('Notify', actions('sns', topicActions), [arn('sns', `${stack}-*`)])
}

/** CloudFormation makes up a budget's name. */
function budgetStatement({ home }: Scope): PolicyStatement {
  return allow('Budget', actions('budgets', 'ViewBudget ModifyBudget'), [
    `arn:aws:budgets::${home.accountId}:budget/*`,
  ])
}

const LAMBDA_TAGS = 'TagResource UntagResource ListTags'

function actions(service: string, names: string): string[] {
  return names.split(' ').map((name) => `${service}:${name}`)
}

function allow(
  sid: string,
  granted: readonly string[],
  resources: readonly string[],
  condition?: PolicyStatement['Condition'],
): PolicyStatement {
  const statement = { Sid: sid, Effect: 'Allow' as const, Action: granted, Resource: resources }
  return condition === undefined ? statement : { ...statement, Condition: condition }
}
