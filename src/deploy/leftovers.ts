import { DEPLOYMENT_TAG } from './naming.ts'
import type { DeployEvent } from './events.ts'
import type {
  DeployClock,
  InventoryPort,
  StackPort,
  StackResource,
  TaggedResource,
} from './ports.ts'

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

interface ProofRequest {
  readonly deployment: string
  /** Physical ids of what was kept on purpose. */
  readonly keptIds: readonly string[]
  /** How the deleted stack's own list says that each of its resources ended. */
  readonly resources: readonly StackResource[]
  /** Whether what still answers may have been deleted a moment ago. */
  readonly lag: 'wait' | 'none'
}

/** Deleted queues and functions answer for a minute and more; longer, and something is really there. */
const LAG_LIMIT_MS = 120_000
const LAG_POLL_MS = 10_000

/**
 * What is left of a deployment. Tag search only says where to look, since it goes on listing what is
 * deleted for many minutes: of what CloudFormation deleted, its own list is the proof; everything else
 * is asked for itself, and again for a while, since some of it answers on after its end.
 */
export async function* findLeftovers(
  request: ProofRequest,
  ports: { readonly inventory: InventoryPort; readonly clock: DeployClock },
  signal?: AbortSignal,
): AsyncGenerator<DeployEvent, readonly Leftover[]> {
  const { inventory, clock } = ports
  const isKept = (id: string): boolean => request.keptIds.some((kept) => id.endsWith(kept))
  const tagged = await inventory.tagged(DEPLOYMENT_TAG, request.deployment)
  const deleted = request.resources.filter(({ status }) => status === 'DELETE_COMPLETE')
  const suspects = [
    ...tagged.map((each) => suspectOf(each)),
    // Left out of the deletion, or failed in it: also kinds that carry no tags.
    ...request.resources
      .filter(({ status }) => status === 'DELETE_SKIPPED' || status === 'DELETE_FAILED')
      .map(({ type, physicalId }) => ({ type, id: physicalId, arn: physicalId, component: '' })),
  ].filter(
    ({ type, id, arn }, position, all) =>
      !isKept(arn) &&
      !isKept(id) &&
      !deleted.some((each) => each.type === type && isSame(each.physicalId, id)) &&
      all.findIndex((each) => each.type === type && isSame(each.id, id)) === position,
  )
  const startMs = clock.nowMs()
  for (let open = suspects; ;) {
    const looks = await Promise.all(
      open.map(async (each) => ({ ...each, look: await inventory.look(each.type, each.id) })),
    )
    const left = looks.filter(({ look }) => look !== 'gone')
    const elapsedMs = clock.nowMs() - startMs
    const isLagging = request.lag === 'wait' && left.some(({ look }) => look === 'there')
    if (!isLagging || elapsedMs >= LAG_LIMIT_MS) return left.map((each) => leftoverOf(each))
    yield { kind: 'waiting', what: 'what is deleted to stop answering', elapsedMs }
    await clock.sleep(LAG_POLL_MS, signal)
    open = left
  }
}

/** Stacks of the same name whose resources are asked about when the last one is gone already. */
const PAST_STACKS = 3

/** How the resources of the deployment's stacks ended that are deleted already. */
export async function endedResources(
  stackName: string,
  stacks: StackPort,
): Promise<readonly StackResource[]> {
  const ids = (await stacks.past(stackName)).slice(0, PAST_STACKS)
  const lists = await Promise.all(ids.map(async (id) => await stacks.resources(id)))
  return lists.flat()
}

/** CloudFormation knows a queue by its address and some kinds by their ARN, others by the bare name. */
function isSame(physicalId: string, id: string): boolean {
  return (
    physicalId === id ||
    ['/', ':'].some((mark) => physicalId.endsWith(`${mark}${id}`)) ||
    ['/', '|'].some((mark) => id.endsWith(`${mark}${physicalId}`))
  )
}

interface Suspect {
  readonly type: string
  readonly id: string
  readonly arn: string
  readonly component: string | undefined
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
  'kms:key': {
    type: 'AWS::KMS::Key',
    command: (name) => `aws kms schedule-key-deletion --pending-window-in-days 7 --key-id ${name}`,
  },
  'scheduler:schedule': {
    type: 'AWS::Scheduler::Schedule',
    command: (name) => `aws scheduler delete-schedule --name ${name.replace(/^.*\//, '')}`,
  },
  'events:rule': {
    type: 'AWS::Events::Rule',
    command: (_name, arn) => {
      const name = arn.replace(/^.*\//, '')
      return `aws events remove-targets --rule ${name} --ids queue; aws events delete-rule --name ${name}`
    },
  },
  'cloudformation:stack': {
    type: 'AWS::CloudFormation::Stack',
    command: (_name, arn) => `aws cloudformation delete-stack --stack-name ${arn}`,
  },
}

const KNOWN_BY_ARN = ['secretsmanager', 'sns', 'cloudformation', 'events']

/** ARNs end in `name`, `kind:name`, `kind/name` or `/kind/name`, as the service likes it. */
export function suspectOf({ arn, component }: TaggedResource): Suspect {
  const [, , service = '', , , ...rest] = arn.split(':')
  const resource = rest.join(':').replace(/^\//, '')
  const stage = /^restapis\/([^/]+)\/stages\/(.+)$/.exec(resource)
  if (service === 'apigateway' && stage !== null) {
    return { type: 'AWS::ApiGateway::Stage', id: `${stage[1]}|${stage[2]}`, arn, component }
  }
  const [, word = '', name = ''] = /^([a-z-]+)[:/](.+)$/.exec(resource) ?? []
  const alone = KINDS[service]
  const kind = alone ?? KINDS[`${service}:${word}`]
  const id = KNOWN_BY_ARN.includes(service) ? arn : name
  // The groups of API Gateway and Lambda end in `:*` where the service means what is in them.
  const bare = (alone === undefined ? id : resource).replace(/:\*$/, '')
  return { type: kind?.type ?? service, id: service === 'sns' ? arn : bare, arn, component }
}

function leftoverOf(suspect: Suspect & { readonly look: 'there' | 'unknown' | 'gone' }): Leftover {
  const { type, id, arn, component, look } = suspect
  const kind = Object.values(KINDS).find((each) => each.type === type)
  return {
    type,
    arn,
    component: component === '' ? undefined : component,
    reason: look === 'there' ? 'still there' : 'still found by its tag; AWS does not tell more',
    command:
      kind?.command(id, arn) ??
      `aws resourcegroupstaggingapi get-resources --resource-arn-list ${arn}`,
  }
}
