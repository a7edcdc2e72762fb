import { QwError } from '../engine/errors.ts'
import type { DeploymentConfig } from './deployment-config.ts'
import type { DeployEvent } from './events.ts'
import { stackNameOf } from './naming.ts'
import type { NotificationRule, SourceBucketPort, StackState } from './ports.ts'
import { queueArnOf } from './queue-arn.ts'

/**
 * How a deployment hears of new objects in a bucket of the user's own: by a rule of EventBridge, which
 * is a resource of the stack and touches nothing of the bucket, or by one entry in the notifications of
 * the bucket, which is put beside whatever is there and goes by an id of ours.
 */
export interface FollowedSource {
  readonly bucket: string
  readonly prefix: string
  readonly events: 'eventbridge' | 'notification'
}

/** `missing`: new objects do not reach the queue. */
export type SourceStanding = 'set' | 'missing'

const CREATED = 's3:ObjectCreated:*'

/** Undefined: no bucket is followed. */
export function followedSource({
  parameters,
}: Pick<StackState, 'parameters'>): FollowedSource | undefined {
  const { SourceBucket: bucket = '', SourcePrefix: prefix = '', SourceEvents: events } = parameters
  if (bucket === '' || (events !== 'eventbridge' && events !== 'notification')) return undefined
  return { bucket, prefix, events }
}

interface SettleRequest {
  readonly config: DeploymentConfig
  /** As it runs now. */
  readonly stack: StackState | undefined
  readonly accountId: string
}

/**
 * The config with `auto` decided. Throws before anything is made what would fail later: `invalid`
 * REGION-WRONG and BUCKET-NONE, `conflict` SOURCE-EVENTS for a bucket of somebody else or one that does
 * not tell EventBridge, NOTIFICATION-OVERLAP. One request when nothing changed, else three.
 */
export async function settleSource(
  { config, stack, accountId }: SettleRequest,
  sources: SourceBucketPort,
): Promise<DeploymentConfig> {
  const { sourceBucket: bucket, sourcePrefix: prefix, sourceEvents } = config
  if (bucket === undefined || sourceEvents === 'none') return config
  const before = stack === undefined ? undefined : followedSource(stack)
  if (before?.bucket !== bucket) await refuseElsewhere(bucket, { config, accountId }, sources)
  const { rules, eventBridge } = await sources.notifications(bucket)
  if (sourceEvents === 'eventbridge' && !eventBridge) {
    throw new QwError('conflict', `the bucket ${bucket} does not tell EventBridge of its objects`, {
      code: 'SOURCE-EVENTS',
      fix: `turn it on (console: bucket, Properties, Amazon EventBridge)\nor --source-events notification`,
    })
  }
  const events =
    sourceEvents === 'auto' ? (eventBridge ? 'eventbridge' : 'notification') : sourceEvents
  if (events === 'notification') {
    const obstacle = overlapping(rules, { id: ruleIdOf(config.name), prefix })
    if (obstacle !== undefined) throw overlapError(bucket, prefix, obstacle)
  }
  return { ...config, sourceEvents: events }
}

async function refuseElsewhere(
  bucket: string,
  { config, accountId }: Pick<SettleRequest, 'config' | 'accountId'>,
  sources: SourceBucketPort,
): Promise<void> {
  const { region, owner } = await sources.look(bucket, accountId)
  if (region !== undefined && region !== config.region) {
    throw new QwError('invalid', `the bucket ${bucket} is in ${region}, not in ${config.region}`, {
      code: 'REGION-WRONG',
      why: 'S3 tells only queues of its own Region, and reading across Regions is paid by the byte',
      fix: `deploy to --region ${region}`,
    })
  }
  if (owner === 'own') return
  throw new QwError('conflict', `the bucket ${bucket} belongs to another account`, {
    code: 'SOURCE-EVENTS',
    why: 'only its owner can have it tell of new objects, and the queue takes no word from other accounts',
    fix: 'leave --source-events out, and index what is there again from time to time: qw-lambda ingest',
  })
}

/** Ours, whatever queue it names: a deployment has one bucket that it follows. */
function ruleIdOf(deployment: string): string {
  return stackNameOf(deployment)
}

function ruleOf(stack: StackState, deployment: string, source: FollowedSource): NotificationRule {
  const { prefix } = source
  const target = queueArnOf(stack) ?? ''
  return { id: ruleIdOf(deployment), target, events: [CREATED], prefix, suffix: '' }
}

/** Undefined when nothing is followed. One request otherwise. */
export async function readSourceStanding(
  stack: StackState,
  deployment: string,
  sources: SourceBucketPort,
): Promise<SourceStanding | undefined> {
  const source = followedSource(stack)
  if (source === undefined) return undefined
  const { rules, eventBridge } = await sources.notifications(source.bucket)
  // The rule of EventBridge is the stack's; whether the bucket still tells EventBridge is not.
  if (source.events === 'eventbridge') return eventBridge ? 'set' : 'missing'
  const wanted = ruleOf(stack, deployment, source)
  return rules.some((rule) => isSame(rule, wanted)) ? 'set' : 'missing'
}

function isSame(a: NotificationRule, b: NotificationRule): boolean {
  const { id, target, prefix, suffix } = b
  return a.id === id && a.target === target && a.prefix === prefix && a.suffix === suffix
}

/**
 * Makes the bucket tell what it should: adds our entry or puts it right, and takes one away that
 * EventBridge has made needless, which comes after the rule is there, so that nothing is missed in
 * between. One request when all is well.
 */
export async function* mendSource(
  stack: StackState,
  deployment: string,
  sources: SourceBucketPort,
): AsyncGenerator<DeployEvent, void> {
  const source = followedSource(stack)
  if (source === undefined) return
  const { bucket, prefix, events } = source
  const { rules, eventBridge } = await sources.notifications(bucket)
  const wanted = ruleOf(stack, deployment, source)
  const ours = rules.find(({ id }) => id === wanted.id)
  if (events === 'eventbridge') {
    if (ours === undefined || !eventBridge) return
    await sources.removeRule(bucket, wanted.id)
    yield { kind: 'unfollowed', bucket }
    return
  }
  if (ours !== undefined && isSame(ours, wanted)) return
  const obstacle = overlapping(rules, wanted)
  if (obstacle !== undefined) throw overlapError(bucket, prefix, obstacle)
  await sources.addRule(bucket, wanted)
  yield { kind: 'followed', bucket, prefix }
}

/** Before a change after which the bucket is not followed any more: cut off in between, the running
 *  stack says that the entry is missing, and nothing is left behind that no stack knows of. */
export async function* leaveSource(
  stack: StackState,
  deployment: string,
  wanted: { readonly bucket: string; readonly isFollowed: boolean },
  sources: SourceBucketPort,
): AsyncGenerator<DeployEvent, void> {
  const source = followedSource(stack)
  if (source?.events !== 'notification') return
  if (wanted.isFollowed && wanted.bucket === source.bucket) return
  yield* unfollow(source.bucket, deployment, sources)
}

/** Our entry alone; whatever else the bucket tells stays. */
export async function* unfollow(
  bucket: string,
  deployment: string,
  sources: SourceBucketPort,
): AsyncGenerator<DeployEvent, void> {
  await sources.removeRule(bucket, ruleIdOf(deployment))
  yield { kind: 'unfollowed', bucket }
}

/**
 * The entry of others beside which S3 refuses ours: of the same event, with a prefix that one key could
 * share with ours. A suffix keeps nothing apart, since ours takes every one.
 */
export function overlapping(
  rules: readonly NotificationRule[],
  ours: { readonly id: string; readonly prefix: string },
): NotificationRule | undefined {
  return rules.find(
    ({ id, prefix, events }) =>
      id !== ours.id &&
      events.some((event) => event.startsWith('s3:ObjectCreated:')) &&
      (prefix.startsWith(ours.prefix) || ours.prefix.startsWith(prefix)),
  )
}

function overlapError(bucket: string, prefix: string, rule: NotificationRule): QwError {
  const keys = [
    ...(rule.prefix === '' ? [] : [`beginning with ${rule.prefix}`]),
    ...(rule.suffix === '' ? [] : [`ending in ${rule.suffix}`]),
  ]
  const what = keys.length === 0 ? 'every new object' : `new objects ${keys.join(' and ')}`
  return new QwError(
    'conflict',
    `${bucket} tells ${rule.target} of ${what} already (${rule.id}), and S3 takes no second notification for ${prefix === '' ? 'the same keys' : prefix}`,
    {
      code: 'NOTIFICATION-OVERLAP',
      fix: `turn EventBridge on for the bucket, which bears any number of listeners (console: bucket, Properties, Amazon EventBridge), and deploy again\nor follow a prefix apart from it: --source-prefix\nor index what is there without following: --source-events none`,
    },
  )
}
