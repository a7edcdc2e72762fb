import { DEPLOYMENT_TAG } from '../naming.ts'
import type { StackResource } from '../ports.ts'
import type { PlannedResource, Template } from '../template.ts'
import type { FakeStack } from './fake-stacks.ts'
import type { World } from './world.ts'

const PLACE = 'eu-west-1:123456789012'

/** Physical id and ARN as AWS makes them, for every type that can carry tags. */
const NAMED: Readonly<Record<string, (name: string) => { id: string; arn: string }>> = {
  'AWS::S3::Bucket': (name) => ({ id: name, arn: `arn:aws:s3:::${name}` }),
  'AWS::SQS::Queue': (name) => ({
    id: `https://sqs.eu-west-1.amazonaws.com/123456789012/${name}`,
    arn: `arn:aws:sqs:${PLACE}:${name}`,
  }),
  'AWS::Lambda::Function': (name) => ({
    id: name,
    arn: `arn:aws:lambda:${PLACE}:function:${name}`,
  }),
  'AWS::Lambda::EventSourceMapping': (name) => ({
    id: `uuid-${name}`,
    arn: `arn:aws:lambda:${PLACE}:event-source-mapping:uuid-${name}`,
  }),
  'AWS::Logs::LogGroup': (name) => ({ id: name, arn: `arn:aws:logs:${PLACE}:log-group:${name}` }),
  'AWS::IAM::Role': (name) => ({ id: name, arn: `arn:aws:iam::123456789012:role/${name}` }),
  'AWS::SecretsManager::Secret': (name) => {
    const arn = `arn:aws:secretsmanager:${PLACE}:secret:${name}`
    return { id: arn, arn }
  },
  'AWS::ApiGateway::RestApi': (name) => gateway(`restapis/${name}`, name),
  'AWS::ApiGateway::Stage': (name) =>
    gateway(`restapis/${name.replace('apistage', 'restapi')}/stages/api`, 'api'),
  'AWS::ApiGateway::ApiKey': (name) => gateway(`apikeys/${name}`, name),
  'AWS::ApiGateway::UsagePlan': (name) => gateway(`usageplans/${name}`, name),
  'AWS::CloudWatch::Alarm': (name) => ({
    id: name,
    arn: `arn:aws:cloudwatch:${PLACE}:alarm:${name}`,
  }),
  'AWS::SNS::Topic': (name) => {
    const arn = `arn:aws:sns:${PLACE}:${name}`
    return { id: arn, arn }
  },
  'AWS::Events::Rule': (name) => ({ id: name, arn: `arn:aws:events:${PLACE}:rule/${name}` }),
  'AWS::KMS::Key': (name) => ({ id: name, arn: `arn:aws:kms:${PLACE}:key/${name}` }),
  'AWS::KinesisFirehose::DeliveryStream': (name) => ({
    id: name,
    arn: `arn:aws:firehose:${PLACE}:deliverystream/${name}`,
  }),
}

function gateway(path: string, id: string): { id: string; arn: string } {
  return { id, arn: `arn:aws:apigateway:eu-west-1::/${path}` }
}

interface Making {
  readonly stack: FakeStack
  readonly planned: PlannedResource
  readonly template: Template
  readonly parameters: Readonly<Record<string, string>>
}

/** Makes what the resource stands for, unless it is there already. */
export function makeReal(world: World, { stack, planned, parameters }: Making): StackResource {
  const { logicalId, type } = planned
  const name = `${stack.name}-${logicalId.toLowerCase()}`
  const named = NAMED[type]?.(name)
  const id = named?.id ?? name
  const isNew = !stack.resources.some((each) => each.logicalId === logicalId)
  if (named !== undefined && isNew) {
    world.resources.push({ type, id, arn: named.arn, deletedAtMs: undefined })
  }
  if (isNew) sideEffect(world, { stack, planned, name, deployment: parameters['DeploymentName'] })
  return { logicalId, type, physicalId: id, status: 'CREATE_COMPLETE', reason: undefined }
}

function sideEffect(
  world: World,
  made: {
    stack: FakeStack
    planned: PlannedResource
    name: string
    deployment: string | undefined
  },
): void {
  const { stack, planned, name, deployment } = made
  const bucket = (part: string) => world.bucketsByName.get(`${stack.name}-${part}bucket`)
  switch (planned.type) {
    case 'AWS::S3::Bucket':
      if (world.bucketsByName.has(name)) return
      world.bucketsByName.set(name, {
        tags: { [DEPLOYMENT_TAG]: deployment ?? '' },
        entries: [],
        ...(planned.logicalId === 'StagingBucket' && { notification: queueNotification(stack) }),
      })
      return
    case 'AWS::S3::BucketPolicy': {
      const target = bucket(planned.logicalId === 'IndexBucketPolicy' ? 'index' : 'staging')
      if (target !== undefined) target.tlsOnly = true
      return
    }
    case 'AWS::Lambda::EventSourceMapping':
      world.mappingState = 'enabled'
      return
    case 'AWS::Scheduler::Schedule':
      if (planned.logicalId === 'UpkeepSchedule') {
        world.upkeepSchedule = 'enabled'
        return
      }
      world.schedule = { state: 'enabled', stoppedBy: undefined }
      // The first tick comes at once, as rates begin with one.
      bucket('staging')?.entries.push({ key: 'first.gz', versionId: undefined, sizeBytes: 0 })
  }
}

function queueNotification(stack: FakeStack) {
  const queueArn = `arn:aws:sqs:${PLACE}:${stack.name}-queue`
  return { targets: [{ queueArn, event: 's3:ObjectCreated:*', filters: [] }], others: 0 }
}

/** Whether it could be removed: a bucket with something in it cannot. */
export function removeReal(world: World, stack: FakeStack, resource: StackResource): boolean {
  const { type, logicalId, physicalId } = resource
  if (type === 'AWS::S3::Bucket') {
    const entries = world.bucketsByName.get(physicalId)?.entries ?? []
    if (entries.length > 0) return false
    world.bucketsByName.delete(physicalId)
  }
  if (type === 'AWS::S3::BucketPolicy') {
    const name = logicalId === 'IndexBucketPolicy' ? 'indexbucket' : 'stagingbucket'
    const bucket = world.bucketsByName.get(`${stack.name}-${name}`)
    if (bucket !== undefined) bucket.tlsOnly = false
  }
  if (type === 'AWS::SecretsManager::Secret') world.secretTexts.delete(physicalId)
  for (const each of world.resources) {
    if (each.type === type && each.id === physicalId) each.deletedAtMs ??= world.nowMs
  }
  return true
}

/** Each resource after those it refers to or waits for, else as the template has them. */
export function creationOrder(
  template: Template,
  planned: readonly PlannedResource[],
): PlannedResource[] {
  const byId = new Map(planned.map((each) => [each.logicalId, each]))
  const ordered = new Set<PlannedResource>()
  const visit = (id: string): void => {
    const resource = byId.get(id)
    if (resource === undefined || ordered.has(resource)) return
    byId.delete(id)
    const text = JSON.stringify(template.Resources[id])
    for (const [, name = ''] of text.matchAll(/[$"]\{?([A-Za-z0-9]+)[.}"]/g)) visit(name)
    ordered.add(resource)
  }
  for (const { logicalId } of planned) visit(logicalId)
  return [...ordered]
}
