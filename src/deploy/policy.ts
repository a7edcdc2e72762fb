import type { DeploymentConfig } from './deployment-config.ts'
import { artifactBucketOf, DEPLOYMENT_TAG, stackNameOf, type Home } from './naming.ts'

interface PolicyStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >
}

interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

/** Where a deployment's things are. CloudFormation names them `<stack>-<logical id>-<random>`, and the
 *  statements name stack and logical id: a deployment is called in small letters and a logical id
 *  begins with a capital, so that no name of `shop-two` fits a pattern of `shop`. */
interface Scope {
  readonly home: PolicyPlace
  readonly stack: string
  /** Of this Region and account. */
  readonly arn: (service: string, resource: string) => string
  /** Of services whose names say the Region or the account themselves, or neither. */
  readonly globalArn: (service: string, resource: string) => string
  /** Patterns of the names that CloudFormation makes. */
  readonly named: (logicalIds: string) => string[]
}

/** Whose policy it is. */
interface PolicyPlace extends Home {
  /** Second part of every ARN, such as `aws-cn`. */
  readonly partition: string
}

/** The parts of a deployment that need permissions of their own. */
export type OptionalParts = Pick<
  DeploymentConfig,
  | 'firehose'
  | 'notifyEmail'
  | 'monthlyBudgetUsd'
  | 'sourceBucket'
  | 'sourceEvents'
  | 'permissionsBoundary'
>

/** What IAM takes as one managed policy, white space not counted. */
export const MANAGED_POLICY_LIMIT = 6_144

/** What deploying, operating and removing one deployment needs: CloudFormation acts with the
 *  caller's permissions. Several policies, since one would be too long for IAM. */
export function deployerPolicies(home: PolicyPlace, parts: OptionalParts): PolicyDocument[] {
  const { partition } = home
  const scope: Scope = {
    home,
    stack: stackNameOf(home.deployment),
    arn: (service, resource) =>
      `arn:${partition}:${service}:${home.region}:${home.accountId}:${resource}`,
    globalArn: (service, resource) => `arn:${partition}:${service}:${resource}`,
    named: (logicalIds) =>
      logicalIds.split(' ').map((id) => `${stackNameOf(home.deployment)}-${id}-*`),
  }
  return inPolicies([
    ...stackStatements(scope),
    ...bucketStatements(scope),
    ...functionStatements(scope),
    ...roleStatements(scope, parts.permissionsBoundary),
    ...sourceStatements(scope),
    ...apiStatements(scope),
    ...watchStatements(scope),
    ...(parts.firehose ? [firehoseStatement(scope)] : []),
    ...(parts.notifyEmail !== undefined ? notifyStatements(scope) : []),
    ...(parts.sourceBucket !== undefined ? sourceBucketStatements(scope, parts) : []),
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
    'DescribeStackEvents DescribeStackResources DeleteStack CancelUpdateStack ' +
    'ContinueUpdateRollback TagResource'
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
        'cloudformation:ListStacks',
        'cloudformation:GetResource',
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

/** Names of buckets have no capitals; the words in them are kept out of the names of deployments. */
function bucketStatements({ home, named, globalArn }: Scope): PolicyStatement[] {
  const names = [...named(BUCKETS.toLowerCase()), artifactBucketOf(home)]
  const buckets = names.map((name) => globalArn('s3', `::${name}`))
  const bucketActions =
    'CreateBucket DeleteBucket ListBucket ListBucketVersions ListBucketMultipartUploads ' +
    'TagResource GetBucketTagging PutBucketTagging GetEncryptionConfiguration ' +
    'PutEncryptionConfiguration GetLifecycleConfiguration PutLifecycleConfiguration ' +
    'GetBucketNotification PutBucketNotification GetBucketPolicy PutBucketPolicy ' +
    'DeleteBucketPolicy GetBucketPublicAccessBlock PutBucketPublicAccessBlock ' +
    'GetBucketOwnershipControls PutBucketOwnershipControls'
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

/** For looking at files that are indexed in place; the indexer itself has a role. */
function sourceBucketStatements(
  { stack, arn, globalArn }: Scope,
  { sourceBucket = '', sourceEvents }: OptionalParts,
): PolicyStatement[] {
  const bucket = globalArn('s3', `::${sourceBucket}`)
  const byRule = sourceEvents === 'auto' || sourceEvents === 'eventbridge'
  const byBucket = sourceEvents === 'auto' || sourceEvents === 'notification'
  const ruleActions =
    'PutRule DescribeRule DeleteRule PutTargets RemoveTargets ListTargetsByRule TagResource ' +
    'UntagResource ListTagsForResource'
  return [
    allow(
      'SourceBucket',
      [
        's3:ListBucket',
        ...(sourceEvents === 'none' ? [] : ['s3:GetBucketNotification']),
        ...(byBucket ? ['s3:PutBucketNotification'] : []),
      ],
      [bucket],
    ),
    allow('SourceObjects', ['s3:GetObject'], [`${bucket}/*`]),
    ...(byRule
      ? [allow('SourceRule', actions('events', ruleActions), [arn('events', `rule/${stack}-*`)])]
      : []),
  ]
}

function functionStatements({ named, arn }: Scope): PolicyStatement[] {
  const functions = named(FUNCTIONS).map((name) => arn('lambda', `function:${name}`))
  const functionActions =
    'CreateFunction UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction GetFunction ' +
    'GetFunctionConfiguration GetFunctionCodeSigningConfig GetFunctionRecursionConfig ' +
    'GetRuntimeManagementConfig InvokeFunction AddPermission RemovePermission GetPolicy ' +
    'PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig ' +
    'DeleteFunctionEventInvokeConfig GetFunctionEventInvokeConfig'
  const mappingActions =
    'CreateEventSourceMapping UpdateEventSourceMapping DeleteEventSourceMapping'
  return [
    allow('Functions', actions('lambda', `${functionActions} ${LAMBDA_TAGS}`), functions),
    // Mappings have ids that AWS makes up; the condition ties them to our functions.
    allow('Mappings', actions('lambda', mappingActions), ['*'], {
      ArnLike: { 'lambda:FunctionArn': functions },
    }),
    allow('MappingState', actions('lambda', `GetEventSourceMapping ${LAMBDA_TAGS}`), [
      arn('lambda', 'event-source-mapping:*'),
    ]),
  ]
}

/** With a boundary, roles can be made and given rights only under it: otherwise whoever may write the
 *  policy of a role can give himself every right by way of a function. */
function roleStatements(
  { home, named, globalArn }: Scope,
  boundary: string | undefined,
): PolicyStatement[] {
  const roles = named(ROLES).map((name) => globalArn('iam', `:${home.accountId}:role/${name}`))
  const granting = 'CreateRole PutRolePolicy DeleteRolePolicy'
  const others =
    'DeleteRole GetRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy GetRolePolicy ' +
    'ListRolePolicies ListAttachedRolePolicies ListRoleTags TagRole UntagRole'
  // A service's name as a principal is the same in every partition, whatever its hosts are called.
  const services = ['lambda', 'scheduler', 'firehose'].map((name) => `${name}.amazonaws.com`)
  return [
    ...(boundary === undefined
      ? [allow('Roles', actions('iam', `${granting} ${others}`), roles)]
      : [
          allow('Roles', actions('iam', others), roles),
          allow('BoundRoles', actions('iam', `${granting} PutRolePermissionsBoundary`), roles, {
            StringEquals: { 'iam:PermissionsBoundary': boundary },
          }),
        ]),
    allow('PassRoles', ['iam:PassRole'], roles, {
      StringEquals: { 'iam:PassedToService': services },
    }),
  ]
}

function sourceStatements({ named, arn }: Scope): PolicyStatement[] {
  const queueActions =
    'CreateQueue DeleteQueue GetQueueAttributes SetQueueAttributes GetQueueUrl SendMessage TagQueue ' +
    'UntagQueue ListQueueTags ReceiveMessage DeleteMessage'
  return [
    allow(
      'Queues',
      actions('sqs', queueActions),
      named('Queue DeadLetterQueue').map((name) => arn('sqs', name)),
    ),
    allow(
      'Schedule',
      actions('scheduler', 'CreateSchedule UpdateSchedule DeleteSchedule GetSchedule'),
      named('Schedule UpkeepSchedule').map((name) => arn('scheduler', `schedule/default/${name}`)),
    ),
  ]
}

/** API Gateway makes up all ids, so that only tags tell what is ours: made with our tag, touched with
 *  it. Putting tags on is a request of its own, which names the resource but cannot ask for its tags. */
function apiStatements({ home, stack, arn, globalArn }: Scope): PolicyStatement[] {
  const gateway = (path: string) => globalArn('apigateway', `${home.region}::/${path}`)
  const kinds = ['restapis', 'apikeys', 'usageplans']
  const secretActions =
    'CreateSecret UpdateSecret DeleteSecret RestoreSecret DescribeSecret GetSecretValue ' +
    'PutSecretValue TagResource UntagResource'
  return [
    allow('ApiCreate', ['apigateway:POST'], kinds.map(gateway), {
      StringEquals: { [`aws:RequestTag/${DEPLOYMENT_TAG}`]: home.deployment },
    }),
    allow(
      'Api',
      actions('apigateway', 'GET POST PUT PATCH DELETE'),
      kinds.map((kind) => gateway(`${kind}/*`)),
      { StringEquals: { [`aws:ResourceTag/${DEPLOYMENT_TAG}`]: home.deployment } },
    ),
    allow('ApiTags', actions('apigateway', 'GET PUT DELETE'), [gateway('tags/*')], {
      'ForAllValues:StringLike': { 'aws:TagKeys': ['qw-lambda:*', 'aws:cloudformation:*'] },
    }),
    allow('Secret', actions('secretsmanager', secretActions), [
      // The slash is in no deployment's name.
      arn('secretsmanager', `secret:${stack}/api-key-*`),
    ]),
  ]
}

function watchStatements({ named, arn }: Scope): PolicyStatement[] {
  const logActions =
    'CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy FilterLogEvents ' +
    'DescribeIndexPolicies GetDataProtectionPolicy TagResource UntagResource ListTagsForResource'
  const alarmActions =
    'PutMetricAlarm DeleteAlarms DescribeAlarms TagResource UntagResource ListTagsForResource'
  return [
    allow('Logs', actions('logs', logActions), [
      ...named(LOG_GROUPS).map((name) => arn('logs', `log-group:${name}`)),
      // AWS makes these when a function runs without a group of its own.
      ...named(FUNCTIONS).map((name) => arn('logs', `log-group:/aws/lambda/${name}`)),
    ]),
    allow(
      'Alarms',
      actions('cloudwatch', alarmActions),
      named(ALARMS).map((name) => arn('cloudwatch', `alarm:${name}`)),
    ),
  ]
}

function firehoseStatement({ named, arn }: Scope): PolicyStatement {
  const firehoseActions =
    'CreateDeliveryStream DeleteDeliveryStream DescribeDeliveryStream UpdateDestination ' +
    'TagDeliveryStream UntagDeliveryStream ListTagsForDeliveryStream'
  return allow(
    'Firehose',
    actions('firehose', firehoseActions),
    named('FirehoseStream').map((name) => arn('firehose', `deliverystream/${name}`)),
  )
}

function notifyStatements({ home, named, arn }: Scope): PolicyStatement[] {
  const topicActions =
    'CreateTopic DeleteTopic Subscribe Unsubscribe GetTopicAttributes SetTopicAttributes ' +
    'ListSubscriptionsByTopic TagResource UntagResource ListTagsForResource'
  const keyActions =
    'DescribeKey GetKeyPolicy PutKeyPolicy GetKeyRotationStatus EnableKeyRotation ' +
    'DisableKeyRotation UpdateKeyDescription ListResourceTags UntagResource ScheduleKeyDeletion'
  return [
    allow(
      'Notify',
      actions('sns', topicActions),
      named('NotifyTopic').map((name) => arn('sns', name)),
    ),
    // A key has no name: as with the API, its tag tells whose it is.
    allow('NotifyKeyCreate', actions('kms', 'CreateKey TagResource'), ['*'], {
      StringEquals: { [`aws:RequestTag/${DEPLOYMENT_TAG}`]: home.deployment },
    }),
    allow('NotifyKey', actions('kms', keyActions), [arn('kms', 'key/*')], {
      StringEquals: { [`aws:ResourceTag/${DEPLOYMENT_TAG}`]: home.deployment },
    }),
  ]
}

/** CloudFormation makes up a budget's name. */
function budgetStatement({ home, globalArn }: Scope): PolicyStatement {
  return allow('Budget', actions('budgets', 'ViewBudget ModifyBudget'), [
    globalArn('budgets', `:${home.accountId}:budget/*`),
  ])
}

/** Logical ids of the template, where a kind has several. */
const BUCKETS = 'StagingBucket IndexBucket'
const FUNCTIONS = 'Indexer Searcher GeneratorFunction'
const ROLES = 'IndexerRole SearcherRole GeneratorRole ScheduleRole FirehoseRole'
const LOG_GROUPS = 'IndexerLogs SearcherLogs GeneratorLogs ApiAccessLogs'
const ALARMS =
  'DeadLetterAlarm IndexerErrorAlarm SearcherErrorAlarm QueueAgeAlarm GeneratorErrorAlarm'

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
