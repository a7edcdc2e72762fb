import type { DeployEvent } from './events.ts'
import type {
  BucketNotification,
  BucketPort,
  FunctionPort,
  SchedulePort,
  ScheduleState,
  StackState,
} from './ports.ts'
import { queueArnOf } from './queue-arn.ts'
import type { Template, TemplateValue } from './template.ts'

export interface RunningPorts {
  readonly functions: FunctionPort
  readonly schedules: SchedulePort
  readonly buckets: BucketPort
}

/** What brings files to the indexer, as it runs now: CloudFormation does not notice when one of these
 *  is switched off, be it by a teardown that was interrupted or by hand. */
interface RunningParts {
  readonly mapping: 'enabled' | 'disabled' | 'changing' | undefined
  /** `missing`: the bucket does not tell the queue of new files. */
  readonly notification: 'set' | 'missing' | undefined
  readonly schedule: ScheduleState | undefined
  /** `missing`: the stack has none, or it was deleted by hand. */
  readonly upkeep: 'enabled' | 'disabled' | 'missing'
}

/** Four questions at most, asked at once. */
export async function readRunning(stack: StackState, ports: RunningPorts): Promise<RunningParts> {
  const { IndexerMapping: mapping, GeneratorSchedule: schedule, StagingBucket } = stack.outputs
  const { UpkeepSchedule } = stack.outputs
  const [mappingState, notification, scheduleState, upkeep] = await Promise.all([
    mapping === undefined ? undefined : ports.functions.mapping(mapping),
    StagingBucket === undefined ? undefined : ports.buckets.notification(StagingBucket),
    schedule === undefined ? undefined : ports.schedules.describe(schedule),
    UpkeepSchedule === undefined ? undefined : ports.schedules.describe(UpkeepSchedule),
  ])
  return {
    mapping: mappingState,
    notification: notification && (feeds(notification, stack) ? 'set' : 'missing'),
    schedule: scheduleState,
    upkeep: upkeep?.state ?? 'missing',
  }
}

/** Starts again what should run and does not. A generator that the user paused stays paused. */
export async function* mendRunning(
  stack: StackState,
  events: readonly StagingEvent[],
  ports: RunningPorts,
): AsyncGenerator<DeployEvent, void> {
  const parts = await readRunning(stack, ports)
  const { IndexerMapping: mapping, GeneratorSchedule: schedule, StagingBucket } = stack.outputs
  const { UpkeepSchedule } = stack.outputs
  const queueArn = queueArnOf(stack)
  if (parts.notification === 'missing' && StagingBucket !== undefined && queueArn !== undefined) {
    await ports.buckets.notify(StagingBucket, {
      targets: events.map((event) => ({ ...event, queueArn })),
      others: 0,
    })
    yield { kind: 'mended', what: 'the notification of new files', id: StagingBucket }
  }
  if (parts.mapping === 'disabled' && mapping !== undefined) {
    await ports.functions.setMapping(mapping, 'enabled')
    yield { kind: 'mended', what: 'the indexer’s queue', id: mapping }
  }
  if (parts.schedule?.stoppedBy === 'teardown' && schedule !== undefined) {
    await ports.schedules.set(schedule, 'enabled')
    yield { kind: 'mended', what: 'the schedule of the sample data', id: schedule }
  }
  // Nobody has a command to pause it: whoever stopped it, it is to run.
  if (parts.upkeep === 'disabled' && UpkeepSchedule !== undefined) {
    await ports.schedules.set(UpkeepSchedule, 'enabled')
    yield { kind: 'mended', what: 'the schedule of the upkeep', id: UpkeepSchedule }
  }
}

function feeds(notification: BucketNotification, stack: StackState): boolean {
  const queueArn = queueArnOf(stack)
  return notification.targets.some((target) => target.queueArn === queueArn)
}

export interface StagingEvent {
  readonly event: string
  readonly filters: readonly { readonly name: string; readonly value: string }[]
}

/** What the template has the staging bucket tell its queue. */
export function stagingEvents(
  template: Template,
  parameters: Readonly<Record<string, string>>,
): StagingEvent[] {
  const textOf = (value: TemplateValue | undefined): string => {
    const name = at(value, 'Ref')
    if (typeof name === 'string') return parameters[name] ?? ''
    return typeof value === 'string' ? value : ''
  }
  const properties = template.Resources['StagingBucket']?.Properties
  const queues = at(properties?.['NotificationConfiguration'], 'QueueConfigurations')
  return listOf(queues).map((queue) => ({
    event: textOf(at(queue, 'Event')),
    filters: listOf(at(at(at(queue, 'Filter'), 'S3Key'), 'Rules')).map((rule) => ({
      name: textOf(at(rule, 'Name')),
      value: textOf(at(rule, 'Value')),
    })),
  }))
}

function at(value: TemplateValue | undefined, key: string): TemplateValue | undefined {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isMap ? (value as Readonly<Record<string, TemplateValue>>)[key] : undefined
}

function listOf(value: TemplateValue | undefined): readonly TemplateValue[] {
  return Array.isArray(value) ? (value as readonly TemplateValue[]) : []
}
