import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DEPLOYMENT_NAME } from '../../src/deploy/deployment-config.ts'
import { artifactBucketOf } from '../../src/deploy/naming.ts'
import { deployerPolicies, type OptionalParts } from '../../src/deploy/policy.ts'
import { parseTemplate, resourcesOf } from '../../src/deploy/template.ts'

const template = parseTemplate(
  readFileSync(new URL('../../templates/qw-lambda.yaml', import.meta.url), 'utf8'),
)
const needed = JSON.parse(
  readFileSync(new URL('handler-permissions.json', import.meta.url), 'utf8'),
) as { readonly actions: Readonly<Record<string, readonly string[]>> }

const HOME = {
  deployment: 'shop',
  accountId: '123456789012',
  region: 'eu-west-1',
  partition: 'aws',
}
const ALL: OptionalParts = {
  firehose: true,
  notifyEmail: 'me@example.org',
  monthlyBudgetUsd: 10,
  sourceBucket: 'their-logs',
  sourceEvents: 'auto',
  permissionsBoundary: 'arn:aws:iam::123456789012:policy/bound',
}

/** What a schema lists for settings that the template does not use. */
const UNUSED: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  { pattern: /^(ec2|elasticfilesystem|s3tables):/, why: 'no network, file system or table' },
  { pattern: /^firehose:(Start|Stop)DeliveryStreamEncryption$/, why: 'encrypted by default' },
  {
    pattern: /^kms:(CreateGrant|RevokeGrant|Decrypt|Encrypt|GenerateDataKey|EnableKey|DisableKey)$/,
    why: 'no key of the user on a function, a mapping or a stream, and ours is never switched off',
  },
  { pattern: /^iam:(Attach|Detach)RolePolicy$/, why: 'roles have inline policies alone' },
  { pattern: /^iam:DeleteRolePermissionsBoundary$/, why: 'taking a bound off is not ours to do' },
  { pattern: /^apigateway:UpdateRestApiPolicy$/, why: 'the API has no resource policy' },
  {
    pattern:
      /^lambda:(Get|Put|Delete)\w*(CodeSigningConfig|Concurrency|LayerVersion|RecursionConfig|RuntimeManagementConfig)$/,
    why: 'no code signing, reserved concurrency, layer or pinned runtime',
  },
  {
    pattern:
      /^logs:(\w*(LogDelivery|ResourcePolic|KmsKey)\w*|(Put|Delete)(DataProtection|Index)Policy)$/,
    why: 'log groups have a retention and tags',
  },
  { pattern: /^sns:(Get|Put)DataProtectionPolicy$/, why: 'the topic has no such policy' },
  { pattern: /Replicat|RemoveRegions/, why: 'nothing is replicated' },
  {
    pattern:
      /^[sS]3:\w*(Accelerate|Analytics|CORS|Cors|Logging|Metadata|ObjectLock|Website|IntelligentTiering|Inventory|Metrics|Versioning|Acl|REST\.)\w*/,
    why: 'buckets have none of this; reads of it are for drift detection',
  },
  {
    pattern: /^s3:(GetObjectVersion|DeleteBucket(Encryption|Lifecycle|Tagging))$/,
    why: 'never taken off',
  },
]

const granted = new Set(
  deployerPolicies(HOME, ALL).flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action)),
)
const types = new Set(Object.values(template.Resources).map(({ Type }) => Type))

describe('the printed policy against the resource schemas of CloudFormation', () => {
  test('every type of the template has its list, but for those that AWS publishes none of', () => {
    const missing = [...types].filter((type) => !Object.hasOwn(needed.actions, type))
    // A policy of a role is written with the role's own rights.
    expect(missing).toEqual(['AWS::IAM::Policy', 'AWS::Budgets::Budget'])
  })

  test.each([...types].filter((type) => Object.hasOwn(needed.actions, type)))(
    'grants what making, changing, reading and deleting %s takes',
    (type) => {
      const lacking = (needed.actions[type] ?? []).filter(
        (action) => !granted.has(action) && !UNUSED.some(({ pattern }) => pattern.test(action)),
      )
      expect(lacking).toEqual([])
    },
  )

  test('no reason for leaving something out is itself left over', () => {
    const listed = Object.values(needed.actions).flat()
    for (const { pattern, why } of UNUSED) {
      expect(
        listed.some((action) => pattern.test(action)),
        why,
      ).toBe(true)
    }
  })

  test('grants nothing that neither a schema lists nor the program itself calls', () => {
    const listed = new Set(Object.values(needed.actions).flat())
    const more = [...granted].filter((action) => !listed.has(action)).toSorted()
    expect(more).toEqual(OWN_CALLS)
  })
})

/** Calls of the program itself, and of CloudFormation on behalf of old types. */
const OWN_CALLS = [
  'budgets:ModifyBudget',
  'budgets:ViewBudget',
  'cloudformation:CancelUpdateStack',
  'cloudformation:ContinueUpdateRollback',
  'cloudformation:CreateChangeSet',
  'cloudformation:DeleteChangeSet',
  'cloudformation:DeleteStack',
  'cloudformation:DescribeChangeSet',
  'cloudformation:DescribeStackEvents',
  'cloudformation:DescribeStackResources',
  'cloudformation:DescribeStacks',
  'cloudformation:ExecuteChangeSet',
  'cloudformation:GetResource',
  'cloudformation:ListStacks',
  'cloudformation:TagResource',
  'cloudwatch:GetMetricData',
  // Rules carry tags since that list was taken.
  'events:ListTagsForResource',
  'events:TagResource',
  'events:UntagResource',
  'lambda:GetAccountSettings',
  'lambda:GetFunctionConfiguration',
  'lambda:InvokeFunction',
  'lambda:ListEventSourceMappings',
  'logs:FilterLogEvents',
  's3:AbortMultipartUpload',
  's3:DeleteObjectVersion',
  's3:ListBucketMultipartUploads',
  's3:ListBucketVersions',
  's3:PutObject',
  's3:TagResource',
  'secretsmanager:PutSecretValue',
  'secretsmanager:RestoreSecret',
  'sqs:DeleteMessage',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
  'tag:GetResources',
]

test('the longest deployment name leaves every name that CloudFormation makes whole', () => {
  const longest = `qw-lambda-${'a'.repeat(22)}`
  // CloudFormation puts `-`, twelve or thirteen characters behind stack and logical id.
  const limits: Readonly<Record<string, number>> = {
    'AWS::S3::Bucket': 63,
    'AWS::Lambda::Function': 64,
    'AWS::IAM::Role': 64,
    'AWS::Scheduler::Schedule': 64,
    'AWS::KinesisFirehose::DeliveryStream': 64,
    'AWS::SQS::Queue': 80,
    'AWS::CloudWatch::Alarm': 255,
    'AWS::SNS::Topic': 256,
    'AWS::Logs::LogGroup': 512,
    'AWS::Events::Rule': 64,
  }
  for (const { logicalId, type } of resourcesOf(template, {
    Firehose: 'on',
    Alarms: 'all',
    SourceBucket: 'logs',
    SourceEvents: 'eventbridge',
  })) {
    const limit = limits[type]
    if (limit === undefined) continue
    expect(`${longest}-${logicalId}-${'x'.repeat(13)}`.length, logicalId).toBeLessThanOrEqual(limit)
  }
})

describe('names that begin alike', () => {
  const statements = deployerPolicies(HOME, ALL).flatMap(({ Statement }) => Statement)
  const patterns = statements.flatMap(({ Resource, Condition }) => [
    ...Resource,
    ...[Condition?.['ArnLike']?.['lambda:FunctionArn'] ?? []].flat(),
  ])
  /** As IAM reads them: the case counts, a star stands for anything. */
  const isGranted = (arn: string): boolean =>
    patterns.some((pattern) => pattern !== '*' && globOf(pattern).test(arn))

  test('the policy of a stack fits every name that CloudFormation makes in it', () => {
    const names = namesIn('shop')
    expect(names.length).toBeGreaterThan(20)
    expect(names.filter((arn) => !isGranted(arn))).toEqual([])
  })

  // Every word that stands in a name of ours, put into the name of a deployment.
  const words = Object.keys(template.Resources).map((id) => id.toLowerCase())
  const longer = ['two', 'a', 'artifacts', 'api-key', 'indexer', ...words]
    .flatMap((word) => [`shop-${word}`, `shop-${word}-x`, `shop-x-${word}`])
    .filter((name) => DEPLOYMENT_NAME.test(name))

  test('and none of a deployment whose name begins the same, whatever it goes on with', () => {
    expect(longer.length).toBeGreaterThan(50)
    for (const name of longer) {
      expect(namesIn(name).filter((arn) => isGranted(arn))).toEqual([])
    }
  })

  test('a deployment that would be called like a bucket of another one is refused', () => {
    for (const name of ['shop-indexbucket', 'shop-stagingbucket-a']) {
      expect(name).not.toMatch(DEPLOYMENT_NAME)
    }
    expect('my-bucket-logs').toMatch(DEPLOYMENT_NAME)
  })
})

function globOf(pattern: string): RegExp {
  const literal = pattern.replaceAll(/[.$^+?()[\]{}|\\]/g, String.raw`\$&`)
  return new RegExp(`^${literal.replaceAll('*', '.*')}$`)
}

/** What a deployment's things are called in AWS, as far as CloudFormation or we name them. */
function namesIn(deployment: string): string[] {
  const stack = `qw-lambda-${deployment}`
  const arn = (service: string, resource: string) =>
    `arn:aws:${service}:${HOME.region}:${HOME.accountId}:${resource}`
  const arns: Readonly<Record<string, (name: string) => string[]>> = {
    'AWS::S3::Bucket': (name) => [`arn:aws:s3:::${name.toLowerCase()}`],
    'AWS::Lambda::Function': (name) => [
      arn('lambda', `function:${name}`),
      arn('logs', `log-group:/aws/lambda/${name}:log-stream:`),
    ],
    'AWS::IAM::Role': (name) => [`arn:aws:iam::${HOME.accountId}:role/${name}`],
    'AWS::Scheduler::Schedule': (name) => [arn('scheduler', `schedule/default/${name}`)],
    'AWS::KinesisFirehose::DeliveryStream': (name) => [arn('firehose', `deliverystream/${name}`)],
    'AWS::SQS::Queue': (name) => [arn('sqs', name)],
    'AWS::CloudWatch::Alarm': (name) => [arn('cloudwatch', `alarm:${name}`)],
    'AWS::SNS::Topic': (name) => [arn('sns', name)],
    'AWS::Logs::LogGroup': (name) => [arn('logs', `log-group:${name}:log-stream:`)],
    'AWS::SecretsManager::Secret': () => [
      arn('secretsmanager', `secret:${stack}/api-key-0123456789ab-AbCdEf`),
    ],
  }
  return [
    arn('cloudformation', `stack/${stack}/0123`),
    `arn:aws:s3:::${artifactBucketOf({ ...HOME, deployment })}`,
    ...resourcesOf(template, {
      Firehose: 'on',
      Alarms: 'all',
      ApiAccessLog: 'on',
      NotifyEmail: 'a@b',
    }).flatMap(({ logicalId, type }) => arns[type]?.(`${stack}-${logicalId}-1A2b3C4d5E6f`) ?? []),
  ]
}
