import { deploymentOfStack, DEPLOYMENT_TAG, stackNameOf, VERSION_TAG } from './naming.ts'
import type {
  DeployClock,
  MetricPort,
  QueueDepth,
  QueuePort,
  ScheduleState,
  SourceBucketPort,
  StackPort,
  StackState,
} from './ports.ts'
import { readRunning, type RunningPorts } from './running-parts.ts'
import {
  followedSource,
  readSourceStanding,
  type FollowedSource,
  type SourceStanding,
} from './source-events.ts'
import { refuseForeign, situationOf, stuckError, type Situation } from './stack-situation.ts'
import { isQwError, QwError, type ErrorCode } from '../engine/errors.ts'

interface StatusPorts extends RunningPorts {
  readonly stacks: StackPort
  readonly queues: QueuePort
  readonly metrics: MetricPort
  readonly clock: DeployClock
  readonly sourceBuckets: SourceBucketPort
}

export interface DeploymentStatus {
  readonly stack: StackState
  readonly situation: Situation
  /** Of the package that made the last deployment. */
  readonly version: string | undefined
  readonly generator: ScheduleState | undefined
  readonly indexing: 'enabled' | 'disabled' | 'changing' | undefined
  /** Whether the hourly merges and clean-up run. */
  readonly upkeep: 'enabled' | 'disabled' | 'missing'
  /** Whether the staging bucket tells the queue of new files. */
  readonly notification: 'set' | 'missing' | undefined
  /** The bucket of the user's own that is followed. */
  readonly source: (FollowedSource & { readonly standing: SourceStanding | 'unread' }) | undefined
  readonly queue: QueueDepth | undefined
  /** Of the file that has waited longest; undefined when none waits or CloudWatch does not know yet. */
  readonly oldestSeconds: number | undefined
  readonly deadLetters: QueueDepth | undefined
  readonly warnings: readonly StatusWarning[]
}

type WarningCode =
  | 'DEAD-LETTERS'
  | 'GENERATOR-LATE'
  | 'INDEX-UNREAD'
  | 'INDEXING-OFF'
  | 'INGEST-WAITING'
  | 'BACKLOG-OLD'
  | 'MERGES-FAILED'
  | 'NOTIFICATION-OFF'
  | 'SCHEDULE-OFF'
  | 'SOURCE-OFF'
  | 'UPDATE-AVAILABLE'
  | 'UPKEEP-OFF'

/** What is not right though nothing has failed; some of it is also thrown as an error where it stops somebody. */
export interface StatusWarning {
  readonly code: ErrorCode | WarningCode
  readonly message: string
  readonly fix: string
}

const DAY_SECONDS = 86_400
const AGE_WINDOW_MS = 15 * 60_000
const BACKLOG_FIX =
  'raise functions.indexerConcurrency or stagedFileDays in qw-lambda.json, then qw-lambda deploy'

/** The running deployment by its name. Throws `notFound` STACK-NONE, `conflict` STACK-NOT-OURS. */
export async function findDeployment(deployment: string, stacks: StackPort): Promise<StackState> {
  const state = await stacks.describe(stackNameOf(deployment))
  if (state !== undefined && situationOf(state) !== 'absent') {
    refuseForeign(state, deployment)
    return state
  }
  const others = (await stacks.list()).map(deploymentNameOf)
  const found = others.length === 0 ? 'there are none' : `found: ${others.join(', ')}`
  throw new QwError('notFound', `there is no deployment named ${deployment} here; ${found}`, {
    code: 'STACK-NONE',
    fix: 'qw-lambda init, or another --region',
  })
}

export function deploymentNameOf(state: StackState): string {
  return state.tags[DEPLOYMENT_TAG] ?? deploymentOfStack(state.name) ?? state.name
}

/** Everything about the stack that is not in the index. Six calls, one for a bucket
 *  that is followed, and one while files wait. */
export async function readStatus(
  deployment: string,
  ports: StatusPorts,
): Promise<DeploymentStatus> {
  const stack = await findDeployment(deployment, ports.stacks)
  const { QueueUrl: queueUrl, DeadLetterQueueUrl: deadUrl } = stack.outputs
  const [running, queue, deadLetters, source] = await Promise.all([
    readRunning(stack, ports),
    queueUrl === undefined ? undefined : ports.queues.depth(queueUrl),
    deadUrl === undefined ? undefined : ports.queues.depth(deadUrl),
    readSource(stack, deployment, ports),
  ])
  const { mapping: indexing, notification, upkeep, schedule: generator } = running
  const oldestSeconds = (queue?.waiting ?? 0) === 0 ? undefined : await ageOfOldest(stack, ports)
  const facts = {
    stack,
    generator,
    queue,
    oldestSeconds,
    deadLetters,
    indexing,
    upkeep,
    notification,
    source,
  }
  return {
    ...facts,
    situation: situationOf(stack),
    version: stack.tags[VERSION_TAG],
    warnings: warningsOf(facts),
  }
}

/** SQS tells it to CloudWatch alone, a few minutes late. */
async function ageOfOldest(
  { outputs }: StackState,
  { metrics, clock }: StatusPorts,
): Promise<number | undefined> {
  const endMs = clock.nowMs()
  const QueueName = outputs['QueueUrl']?.split('/').at(-1) ?? ''
  const metric = {
    namespace: 'AWS/SQS',
    metric: 'ApproximateAgeOfOldestMessage',
    dimensions: { QueueName },
    statistic: 'Maximum' as const,
  }
  try {
    const [seconds] = await metrics.read([metric], { startMs: endMs - AGE_WINDOW_MS, endMs })
    return seconds
  } catch (error) {
    // Who may look at the stack need not be allowed to read metrics.
    if (isQwError(error) && error.code?.startsWith('PERM-') === true) return undefined
    throw error
  }
}

/** Who may look at the stack need not be allowed to look at that bucket. */
async function readSource(
  stack: StackState,
  deployment: string,
  { sourceBuckets }: StatusPorts,
): Promise<DeploymentStatus['source']> {
  const source = followedSource(stack)
  if (source === undefined) return undefined
  try {
    const standing = await readSourceStanding(stack, deployment, sourceBuckets)
    return { ...source, standing: standing ?? 'missing' }
  } catch (error) {
    if (!isQwError(error, 'invalid') || error.code?.startsWith('CRED-') === true) throw error
    return { ...source, standing: 'unread' }
  }
}

function warningsOf(
  facts: Pick<
    DeploymentStatus,
    | 'stack'
    | 'deadLetters'
    | 'oldestSeconds'
    | 'indexing'
    | 'upkeep'
    | 'notification'
    | 'generator'
    | 'source'
  >,
): StatusWarning[] {
  const warnings: StatusWarning[] = []
  const situation = situationOf(facts.stack)
  if (situation === 'stuck' || situation === 'husk') {
    const message = `the stack is ${facts.stack.status}`
    const fix =
      situation === 'husk' ? 'qw-lambda deploy, which replaces it' : stuckError(facts.stack).fix
    warnings.push({ code: 'STACK-STUCK', message, fix: fix ?? 'qw-lambda teardown' })
  }
  const dead = facts.deadLetters?.waiting ?? 0
  if (dead > 0) {
    const message = `${dead} files or runs failed for good`
    warnings.push({
      code: 'DEAD-LETTERS',
      message,
      fix: 'qw-lambda ingest failures, and once they can get in: qw-lambda ingest retry --all',
    })
  }
  const days = Number(facts.stack.parameters['StagedFileDays'] ?? 1)
  const ageDays = (facts.oldestSeconds ?? 0) / DAY_SECONDS
  if (ageDays > days / 2) {
    const message = `files wait for ${ageDays.toFixed(1)} days, and are deleted after ${days}`
    warnings.push({ code: 'BACKLOG-OLD', message, fix: BACKLOG_FIX })
  }
  if (facts.indexing === 'disabled') {
    const message = 'the indexer does not take files from the queue'
    warnings.push({ code: 'INDEXING-OFF', message, fix: 'qw-lambda deploy' })
  }
  if (facts.notification === 'missing') {
    const message = 'the staging bucket does not tell the queue of new files'
    warnings.push({ code: 'NOTIFICATION-OFF', message, fix: 'qw-lambda deploy' })
  }
  if (facts.upkeep !== 'enabled' && situation === 'ready') {
    const message =
      facts.upkeep === 'missing'
        ? 'nothing merges and cleans up while no files come: this deployment has no schedule for it'
        : 'the hourly merges and clean-up are switched off'
    warnings.push({ code: 'UPKEEP-OFF', message, fix: 'qw-lambda deploy' })
  }
  if (facts.source?.standing === 'missing') {
    const { bucket, events } = facts.source
    const message =
      events === 'eventbridge'
        ? `the bucket ${bucket} no longer tells EventBridge of new objects`
        : `the bucket ${bucket} does not tell the queue of new objects`
    warnings.push({ code: 'SOURCE-OFF', message, fix: 'qw-lambda deploy' })
  }
  if (facts.generator?.stoppedBy === 'teardown') {
    const message = 'the sample data was stopped by a teardown that did not finish'
    warnings.push({ code: 'SCHEDULE-OFF', message, fix: 'qw-lambda deploy, or qw-lambda teardown' })
  }
  return warnings
}
