import { FINISHED_FILE_MEMORY_SECONDS } from '../../src/engine/metastore/checkpoint.ts'
import { describe, expect, test } from 'vitest'
import { resourcesOf, type Template, type TemplateValue } from '../../src/deploy/template.ts'
import { DEPLOYMENT_NAME, FUNCTION_SETTINGS } from '../../src/deploy/deployment-config.ts'
import { schemaProblems } from './cloudformation-schema.ts'
import {
  findCycle,
  policyStatements,
  referencesIn,
  resourcesOfType,
  property,
  template,
  TEXT,
} from './template-facts.ts'

/** A copy with one resource changed, to show that a check can fail. */
function damaged(id: string, properties: Record<string, TemplateValue>): Template {
  const resource = template.Resources[id]
  if (resource === undefined) throw new Error(`no ${id}`)
  const changed = { ...resource, Properties: { ...resource.Properties, ...properties } }
  return { ...template, Resources: { ...template.Resources, [id]: changed } }
}

describe('the template fits AWS', () => {
  test('every resource fits its CloudFormation schema', () => {
    expect(schemaProblems(template)).toEqual([])
  })

  test('a deployment has the same names here as in its config', () => {
    const [, pattern] = /\bDeploymentName:\n[\s\S]*?AllowedPattern: '([^']+)'/.exec(TEXT) ?? []
    expect(`^${pattern}$`).toBe(DEPLOYMENT_NAME.source)
  })

  test('the schema check finds what is wrong', () => {
    const broken = damaged('Queue', {
      VisibilityTimeout: 'long',
      Nonsense: 1,
      RedrivePolicy: { 'Fn::GetAtt': ['DeadLetterQueue', 'Color'] },
    })
    expect(schemaProblems(broken)).toEqual([
      'Queue.VisibilityTimeout: not a number',
      'Queue.Nonsense: no such property',
      expect.stringContaining('AWS::SQS::Queue has no attribute Color'),
    ])
  })

  test('no resource waits for itself', () => {
    expect(findCycle(template)).toBeUndefined()
    const circle = damaged('QueuePolicy', { Queues: [{ Ref: 'StagingBucket' }] })
    expect(findCycle(circle)).toEqual(['StagingBucket', 'QueuePolicy', 'StagingBucket'])
  })

  test('every parameter and condition is used', () => {
    const body = JSON.stringify([template.Conditions, template.Resources, template.Outputs])
    const unused = [
      ...Object.keys(template.Parameters).filter(
        (name) => !body.includes(`"Ref":"${name}"`) && !body.includes(`\${${name}}`),
      ),
      ...Object.keys(template.Conditions).filter((name) => !body.includes(`"${name}"`)),
    ]
    expect(unused).toEqual([])
  })

  test('it stays far under the megabyte that CloudFormation takes', () => {
    expect(Buffer.byteLength(TEXT)).toBeLessThan(100_000)
  })
})

describe('permissions', () => {
  const statements = policyStatements(template)
  // The policy of a key is about that key alone, which is what its `*` stands for.
  const allowed = statements.filter(
    ({ effect, owner }) => effect === 'Allow' && owner !== 'NotifyKey',
  )

  test('no statement allows a wildcard action or a wildcard resource', () => {
    const wide = allowed.filter(
      ({ actions, resources }) =>
        actions.some((action) => action.includes('*')) || resources.includes('*'),
    )
    expect(wide).toEqual([])
  })

  test.each([
    [
      'IndexerRole',
      [
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        'sqs:ReceiveMessage',
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:SendMessage',
        's3:GetObject',
        's3:PutObject',
        's3:DeleteObject',
        's3:AbortMultipartUpload',
        's3:ListBucket',
        // Only where the source bucket has a key of its own.
        'kms:Decrypt',
      ],
    ],
    [
      'SearcherRole',
      ['logs:CreateLogStream', 'logs:PutLogEvents', 's3:GetObject', 's3:ListBucket'],
    ],
    [
      'GeneratorRole',
      ['logs:CreateLogStream', 'logs:PutLogEvents', 's3:PutObject', 'sqs:SendMessage'],
    ],
    ['ScheduleRole', ['lambda:InvokeFunction']],
    [
      'FirehoseRole',
      [
        's3:PutObject',
        's3:AbortMultipartUpload',
        's3:GetBucketLocation',
        's3:ListBucket',
        's3:ListBucketMultipartUploads',
      ],
    ],
  ])('%s may do this and no more', (role, expected) => {
    const granted = allowed
      .filter(({ owner, sid }) => owner === role && sid !== '')
      .flatMap(({ actions }) => actions)
    expect([...new Set(granted)].toSorted()).toEqual(expected.toSorted())
  })

  test('the searcher can only read, and only the index', () => {
    const touched = allowed
      .filter(({ owner, sid }) => owner === 'SearcherRole' && sid !== 'Log' && sid !== '')
      .flatMap(({ resources }) => [...referencesIn(resources, template)])
    expect([...new Set(touched)]).toEqual(['IndexBucket'])
  })

  test('nobody but an AWS service of this account is let in', () => {
    const open = allowed.filter(({ principal }) => JSON.stringify(principal)?.includes('*'))
    expect(open).toEqual([])
    const sending = allowed.find(({ owner }) => owner === 'QueuePolicy')
    expect(JSON.stringify(sending?.condition)).toContain('AWS::AccountId')
  })

  test('every role can be bounded', () => {
    for (const [id] of resourcesOfType(template, 'AWS::IAM::Role')) {
      expect(JSON.stringify(property(id, 'PermissionsBoundary')), id).toContain('WithBoundary')
    }
  })

  test('no role may create a log group', () => {
    expect(allowed.flatMap(({ actions }) => actions)).not.toContain('logs:CreateLogGroup')
  })
})

describe('buckets', () => {
  const buckets = resourcesOfType(template, 'AWS::S3::Bucket').map(([id]) => id)

  test('there are two', () => {
    expect(buckets).toEqual(['StagingBucket', 'IndexBucket'])
  })

  test.each(buckets)('%s is private, encrypted and without access lists', (bucket) => {
    expect(property(bucket, 'PublicAccessBlockConfiguration')).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    })
    expect(property(bucket, 'OwnershipControls', 'Rules', '0')).toEqual({
      ObjectOwnership: 'BucketOwnerEnforced',
    })
    expect(JSON.stringify(property(bucket, 'BucketEncryption'))).toContain('AES256')
    expect(JSON.stringify(property(bucket, 'LifecycleConfiguration'))).toContain(
      '"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":1}',
    )
  })

  test.each([...buckets, 'Queue', 'DeadLetterQueue'])('%s refuses requests without TLS', (id) => {
    const denial = policyStatements(template).find(
      ({ sid, resources }) => sid === 'TlsOnly' && referencesIn(resources, template).has(id),
    )
    expect(denial).toMatchObject({
      effect: 'Deny',
      principal: '*',
      condition: { Bool: { 'aws:SecureTransport': 'false' } },
    })
  })

  test('a backlog has days: no event goes before its file, no dead letter before it can be seen', () => {
    const days = template.Parameters['StagedFileDays']
    expect(
      property('StagingBucket', 'LifecycleConfiguration', 'Rules', '0', 'ExpirationInDays'),
    ).toEqual({ Ref: 'StagedFileDays' })
    const queueSeconds = Number(property('Queue', 'MessageRetentionPeriod'))
    expect(queueSeconds).toBeGreaterThanOrEqual(Number(days?.MaxValue) * 86_400)
    // An event that comes late must still find its file among those that are known to be indexed.
    expect(FINISHED_FILE_MEMORY_SECONDS).toBeGreaterThan(queueSeconds)
    const deadSeconds = Number(property('DeadLetterQueue', 'MessageRetentionPeriod'))
    expect(deadSeconds - queueSeconds).toBeGreaterThanOrEqual(4 * 86_400)
    // SQS keeps nothing longer.
    expect(deadSeconds).toBeLessThanOrEqual(14 * 86_400)
  })

  test('what is indexed never expires', () => {
    expect(JSON.stringify(property('IndexBucket', 'LifecycleConfiguration'))).not.toContain(
      'Expiration',
    )
  })
})

describe('functions', () => {
  const functions = resourcesOfType(template, 'AWS::Lambda::Function').map(([id]) => id)

  test.each(functions)('%s runs Node 24, logs to a group of the stack, reserves nothing', (id) => {
    expect(property(id, 'Runtime')).toBe('nodejs24.x')
    expect(property(id, 'Handler')).toBe('index.handler')
    const group = property(id, 'LoggingConfig', 'LogGroup', 'Ref')
    expect(template.Resources[String(group)]?.Type).toBe('AWS::Logs::LogGroup')
    expect(property(id, 'ReservedConcurrentExecutions')).toBeUndefined()
  })

  test('arm64 and what a new account allows are the defaults', () => {
    expect(template.Parameters['Architecture']?.Default).toBe('arm64')
    expect(template.Parameters['IndexerMemory']?.Default).toBe(3008)
    expect(template.Parameters['SearcherMemory']?.Default).toBe(3008)
  })

  test('the queue waits six times as long as the indexer may run', () => {
    expect(property('IndexerMapping', 'MaximumBatchingWindowInSeconds')).toBeUndefined()
    const rows = Object.entries(template.Mappings['QueueVisibility'] ?? {})
    expect(rows).toHaveLength(3)
    for (const [timeout, row] of rows) {
      const { Seconds } = row as { Seconds: number }
      expect(Seconds).toBeGreaterThanOrEqual(6 * Number(timeout))
    }
  })

  test('a failed message of a batch does not take the others with it', () => {
    expect(property('IndexerMapping', 'FunctionResponseTypes')).toEqual(['ReportBatchItemFailures'])
  })

  test('every setting a user may choose reaches a parameter, and every such variable a function', () => {
    for (const [variable, { parameter, fallback }] of Object.entries(FUNCTION_SETTINGS)) {
      expect(String(template.Parameters[parameter]?.Default)).toBe(fallback)
      expect(TEXT).toContain(`${variable}: !Ref ${parameter}`)
    }
  })
})

describe('what costs money while nothing happens', () => {
  test('a default stack has one secret and three of the ten alarms that an account has free', () => {
    const types = resourcesOf(template, {}).map(({ type }) => type)
    const count = (type: string) => types.filter((each) => each === type).length
    expect(count('AWS::SecretsManager::Secret')).toBe(1)
    expect(count('AWS::CloudWatch::Alarm')).toBe(3)
    for (const type of types) expect(type).not.toMatch(/VPC|NatGateway|Provisioned|Kinesis|KMS/)
  })

  test('the alarms watch the dead-letter queue and the errors of the functions', () => {
    const alarms = (settings: Record<string, string>) =>
      resourcesOf(template, settings)
        .filter(({ type }) => type === 'AWS::CloudWatch::Alarm')
        .map(({ logicalId }) => logicalId)
    const essential = ['DeadLetterAlarm', 'IndexerErrorAlarm', 'SearcherErrorAlarm']
    expect(alarms({})).toEqual(essential)
    expect(alarms({ Alarms: 'all' })).toEqual([
      ...essential,
      'QueueAgeAlarm',
      'GeneratorErrorAlarm',
    ])
    expect(alarms({ Alarms: 'none' })).toEqual([])
    for (const id of alarms({ Alarms: 'all' })) {
      expect(property(id, 'TreatMissingData')).toBe('notBreaching')
    }
  })

  test('every log group ends somewhere', () => {
    for (const [id] of resourcesOfType(template, 'AWS::Logs::LogGroup')) {
      expect(property(id, 'RetentionInDays')).toEqual({ Ref: 'LogRetentionDays' })
    }
    expect(template.Parameters['LogRetentionDays']?.Default).toBe(14)
  })

  test('failed runs of indexer and generator end where an alarm looks', () => {
    for (const id of ['IndexerInvokeConfig', 'GeneratorInvokeConfig']) {
      expect(JSON.stringify(property(id, 'DestinationConfig'))).toContain('DeadLetterQueue')
    }
    expect(referencesIn(property('Queue', 'RedrivePolicy'), template)).toEqual(
      new Set(['DeadLetterQueue']),
    )
    expect(JSON.stringify(property('DeadLetterAlarm', 'Dimensions'))).toContain('DeadLetterQueue')
  })
})

describe('names and tags', () => {
  const NAMES = [
    'BucketName',
    'FunctionName',
    'RoleName',
    'QueueName',
    'LogGroupName',
    'TopicName',
    'AlarmName',
    'BudgetName',
    'DeliveryStreamName',
    'UsagePlanName',
  ]
  /** Here these say what a resource belongs to, not what it is called. */
  const POINTERS = [
    'AWS::Lambda::EventSourceMapping',
    'AWS::Lambda::EventInvokeConfig',
    'AWS::Lambda::Permission',
  ]

  test('no resource has a fixed name that would block its replacement', () => {
    const named = Object.entries(template.Resources).filter(
      ([, { Type, Properties = {} }]) =>
        !POINTERS.includes(Type) && NAMES.some((name) => Object.hasOwn(Properties, name)),
    )
    expect(named.map(([id]) => id)).toEqual([])
    for (const id of ['ApiKeyA', 'ApiKeyB', 'Schedule']) {
      expect(property(id, 'Name')).toBeUndefined()
    }
  })

  test('the secret is named by its stack, and by the id of that very stack', () => {
    // Names are remembered while a secret is being deleted: the next stack must not meet an old one.
    const name = JSON.stringify(property('ApiKeySecret', 'Name'))
    expect(name).toContain('${AWS::StackName}/api-key-')
    expect(name).toContain('"Ref":"AWS::StackId"')
  })

  test('whatever can carry tags says whose it is and what it is for', () => {
    for (const [id, { Type, Properties = {} }] of Object.entries(template.Resources)) {
      const untaggable =
        /Policy$|::Resource$|::Method$|::Deployment$|Permission|UsagePlanKey|InvokeConfig|Schedule$|Budget$/
      if (untaggable.test(Type)) continue
      const tags = JSON.stringify(Properties['Tags'])
      expect(tags, id).toContain('"Key":"qw-lambda:deployment","Value":{"Ref":"DeploymentName"}')
      expect(tags, id).toContain('"Key":"qw-lambda:component"')
    }
  })
})

describe('the order of creation', () => {
  test('what brings data comes last: a create that fails later could not be taken back', () => {
    const waitsFor = (id: string): Set<string> => {
      const found = new Set<string>()
      const visit = (each: string): void => {
        for (const next of referencesIn(template.Resources[each], template)) {
          if (found.has(next)) continue
          found.add(next)
          visit(next)
        }
      }
      visit(id)
      return found
    }
    const [all, before] = [Object.keys(template.Resources), waitsFor('Schedule')]
    // The upkeep makes nothing in an empty bucket.
    expect(all.filter((id) => !before.has(id))).toEqual(['UpkeepSchedule', 'Schedule'])
    const others = all.filter((id) => !waitsFor('IndexerMapping').has(id))
    // Of the upkeep and of the generator alone, which makes nothing before it has its schedule.
    expect(others).toEqual([
      'IndexerMapping',
      'ScheduleRole',
      'UpkeepSchedule',
      'GeneratorLogs',
      'GeneratorRole',
      'GeneratorFunction',
      'GeneratorInvokeConfig',
      'Schedule',
      'GeneratorErrorAlarm',
    ])
  })
})

describe('alarms', () => {
  test('reach an encrypted topic, with a key that CloudWatch may use', () => {
    expect(property('NotifyTopic', 'KmsMasterKeyId')).toEqual({ Ref: 'NotifyKey' })
    const use = policyStatements(template).find(
      ({ owner, sid }) => owner === 'NotifyKey' && sid === 'Alarms',
    )
    expect(use).toMatchObject({
      principal: { Service: 'cloudwatch.amazonaws.com' },
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    })
  })
})
