import { uploadArtifacts } from './artifacts.ts'
import {
  changeStack,
  endOf,
  operationToken,
  previewChange,
  type StackChange,
} from './change-set.ts'
import type { DeployEvent } from './events.ts'
import { failureError } from './failure-advice.ts'
import { followStack } from './follow-stack.ts'
import type { DeployPlan } from './plan.ts'
import type {
  ChangeSetState,
  DeployClock,
  SourceBucketPort,
  StackPort,
  StackState,
} from './ports.ts'
import { mendRunning, type RunningPorts } from './running-parts.ts'
import { leaveSource, mendSource } from './source-events.ts'
import { busyError, refuseForeign, situationOf, stuckError } from './stack-situation.ts'
import { isQwError, QwError } from '../engine/errors.ts'

interface ApplyPorts extends RunningPorts {
  readonly clock: DeployClock
  readonly stacks: StackPort
  readonly sourceBuckets: SourceBucketPort
}

export interface ApplyOptions {
  /** Asked before the remains of a failed first create are deleted. */
  readonly replaceHusk: (state: StackState) => Promise<boolean>
  readonly replaceBuckets: 'allowed' | 'refused'
  /** The stack as it was seen a moment ago, to ask AWS once less. */
  readonly seen?: { readonly state: StackState | undefined; readonly atMs: number }
}

/** What was seen longer ago is asked again: somebody may have sat before a question meanwhile. */
const SEEN_FRESH_MS = 10_000

/** How often a change is tried that finds another one in its way and then a stack that is free. */
const BUSY_TRIES = 4
const BUSY_PAUSE_MS = 2_000

/**
 * Creates or updates the stack and returns it. Running it again is always safe: it attaches to its
 * own operation, skips what is there, and starts again what was stopped.
 * Throws `conflict` STACK-BUSY, STACK-NOT-OURS, CONFIRM; `internal` STACK-STUCK; what failed first.
 */
export async function* applyPlan(
  plan: DeployPlan,
  ports: ApplyPorts,
  options: ApplyOptions,
  signal?: AbortSignal,
): AsyncGenerator<DeployEvent, StackState> {
  let state = await firstLook(plan, ports, options)
  if (state !== undefined) refuseForeign(state, plan.deployment)
  if (state !== undefined && situationOf(state) === 'busy') {
    state = yield* attach(plan, state, ports, signal)
  }
  if (state !== undefined && situationOf(state) === 'stuck') throw stuckError(state)
  if (state !== undefined && situationOf(state) === 'husk') {
    yield* replaceHusk(state, { plan, ports, options }, signal)
    state = undefined
  }
  if (state !== undefined && isUpToDate(plan, state)) {
    yield { kind: 'unchanged' }
    yield* mendRunning(state, plan.stagingEvents, ports)
    yield* mendSource(state, plan.deployment, ports.sourceBuckets)
    return state
  }
  yield { kind: 'phase', phase: 'package', state: 'started' }
  yield* uploadArtifacts({ ...plan, bucket: plan.artifactBucket }, ports, signal)
  yield { kind: 'phase', phase: 'package', state: 'done' }
  yield { kind: 'phase', phase: 'apply', state: 'started' }
  if (state !== undefined) {
    const { SourceBucket: bucket = '', SourceEvents: events } = plan.parameters
    const wanted = { bucket, isFollowed: events !== 'none' }
    yield* leaveSource(state, plan.deployment, wanted, ports.sourceBuckets)
  }
  const change = await changeOf(plan, state, ports, options)
  const changed = yield* changeOrJoin(plan, change, { ports, options }, signal)
  yield { kind: 'phase', phase: 'apply', state: 'done' }
  const after = changed ?? state
  // What CloudFormation made anew runs; of what was there before it does not ask.
  if (after !== undefined && state !== undefined) {
    yield* mendRunning(after, plan.stagingEvents, ports)
  }
  if (after === undefined) {
    throw new QwError('internal', `AWS made no stack ${plan.stackName} and gave no reason`)
  }
  yield* mendSource(after, plan.deployment, ports.sourceBuckets)
  return after
}

async function firstLook(
  plan: DeployPlan,
  { stacks, clock }: ApplyPorts,
  { seen }: ApplyOptions,
): Promise<StackState | undefined> {
  const isFresh = seen !== undefined && clock.nowMs() - seen.atMs < SEEN_FRESH_MS
  return isFresh ? seen.state : await stacks.describe(plan.stackName)
}

/** A second run may come between our look and our change: then its change is ours too if it is the same.
 *  One that is still running and differs is STACK-BUSY; one that has ended is no longer in the way. */
async function* changeOrJoin(
  plan: DeployPlan,
  first: StackChange,
  context: { ports: ApplyPorts; options: ApplyOptions },
  signal: AbortSignal | undefined,
): AsyncGenerator<DeployEvent, StackState | undefined> {
  const { ports, options } = context
  let change = first
  for (let triesLeft = BUSY_TRIES - 1; ; triesLeft--) {
    try {
      return yield* changeStack(change, ports, signal)
    } catch (error) {
      if (!isQwError(error, 'conflict') || error.code !== 'STACK-BUSY') throw error
      let state = await ports.stacks.describe(plan.stackName)
      if (state !== undefined && situationOf(state) === 'busy') {
        state = yield* attach(plan, state, ports, signal)
      }
      if (state !== undefined && isUpToDate(plan, state)) return state
      const isFree = ['ready', 'absent'].includes(situationOf(state))
      if (!isFree || triesLeft === 0) throw error
      yield { kind: 'waiting', what: 'another change of the stack to end', elapsedMs: 0 }
      await ports.clock.sleep(BUSY_PAUSE_MS, signal)
      change = await changeOf(plan, state, ports, options)
    }
  }
}

/** What `applyPlan` would change, by AWS's own account. Uploads the artifacts, changes nothing else. */
export async function* previewPlan(
  plan: DeployPlan,
  ports: ApplyPorts,
  signal?: AbortSignal,
): AsyncGenerator<DeployEvent, ChangeSetState> {
  const state = await ports.stacks.describe(plan.stackName)
  if (state !== undefined) refuseForeign(state, plan.deployment)
  if (state !== undefined && situationOf(state) === 'busy') throw busyError(state)
  if (state !== undefined && situationOf(state) === 'stuck') throw stuckError(state)
  if (state !== undefined && isUpToDate(plan, state)) {
    return { status: 'empty', reason: undefined, changes: [] }
  }
  yield* uploadArtifacts({ ...plan, bucket: plan.artifactBucket }, ports, signal)
  // The husk of a failed create would be replaced: everything is new.
  if (state !== undefined && situationOf(state) === 'husk') return allNew(plan)
  const change = await changeOf(plan, state, ports, { replaceBuckets: 'allowed' })
  return yield* previewChange(change, ports, signal)
}

function allNew(plan: DeployPlan): ChangeSetState {
  const changes = plan.resources.map((resource) => ({
    ...resource,
    action: 'add' as const,
    physicalId: undefined,
    replacement: 'no' as const,
  }))
  return { status: 'ready', reason: undefined, changes }
}

/** The hash covers what this plan wants; the parameters show whether somebody else changed them. */
function isUpToDate(plan: DeployPlan, state: StackState): boolean {
  if (situationOf(state) !== 'ready' || state.outputs['DeployHash'] !== plan.hash) return false
  return Object.entries(plan.parameters).every(([name, value]) => state.parameters[name] === value)
}

/** Ours are recognised by it, whoever of us started them. */
function tokenPrefixOf(plan: DeployPlan): string {
  return `qw-lambda-${plan.hash}`
}

async function changeOf(
  plan: DeployPlan,
  state: StackState | undefined,
  ports: ApplyPorts,
  options: Pick<ApplyOptions, 'replaceBuckets'>,
): Promise<StackChange> {
  const exists = state !== undefined && situationOf(state) === 'ready'
  const running = exists ? await runningParameters(state, ports) : { set: {}, kept: [] }
  const ownKey = !exists && plan.apiKey !== undefined ? { ApiKey: plan.apiKey } : {}
  return {
    stackName: plan.stackName,
    mode: exists ? 'update' : 'create',
    templateUrl: ports.buckets.url(plan.artifactBucket, plan.templateKey),
    parameters: { ...plan.parameters, ...ownKey, ...running.set },
    keptParameters: running.kept,
    tags: plan.tags,
    tokenPrefix: tokenPrefixOf(plan),
    replaceBuckets: options.replaceBuckets,
  }
}

/** Parameters that the running stack decides and not the config: the key slots in use, the key AWS
 *  does not give back, and whether somebody paused the generator. */
async function runningParameters(
  state: StackState,
  ports: ApplyPorts,
): Promise<{ set: Record<string, string>; kept: string[] }> {
  const kept = Object.hasOwn(state.parameters, 'ApiKey') ? ['ApiKey'] : []
  const set: Record<string, string> = {
    // Without an API there is no secret, and the next one starts with slot a.
    LiveApiKeys: state.outputs['LiveApiKeys'] ?? 'a',
  }
  const name = state.outputs['GeneratorSchedule']
  const schedule = name === undefined ? undefined : await ports.schedules.describe(name)
  // One that a teardown stopped was not paused by anybody.
  const isPaused = schedule?.state === 'disabled' && schedule.stoppedBy === undefined
  if (schedule !== undefined) set['GeneratorState'] = isPaused ? 'DISABLED' : 'ENABLED'
  return { set, kept }
}

async function* attach(
  plan: DeployPlan,
  state: StackState,
  ports: ApplyPorts,
  signal: AbortSignal | undefined,
): AsyncGenerator<DeployEvent, StackState | undefined> {
  const sinceMs = state.changedMs
  const events = await ports.stacks.events(state.stackId, sinceMs)
  const prefix = `${tokenPrefixOf(plan)}-`
  if (!events.some(({ token }) => token?.startsWith(prefix) === true)) throw busyError(state)
  yield { kind: 'attached', sinceMs }
  const deleting = state.status === 'DELETE_IN_PROGRESS'
  const what = `change the stack ${plan.stackName}`
  const goal = deleting ? 'gone' : 'stack'
  const end = yield* followStack(
    { stackId: state.stackId, sinceMs, token: undefined, what, goal, total: undefined },
    ports,
    signal,
  )
  if (!end.ok) throw failureError(what, end.cause ?? endOf(plan.stackName, end.state))
  // A failed create that removed itself: the way is free.
  if (deleting) return undefined
  return end.state
}

async function* replaceHusk(
  state: StackState,
  context: { plan: DeployPlan; ports: ApplyPorts; options: ApplyOptions },
  signal: AbortSignal | undefined,
): AsyncGenerator<DeployEvent, void> {
  const { plan, ports, options } = context
  if (!(await options.replaceHusk(state))) {
    throw new QwError('invalid', `${state.name} is ${state.status}: its first create failed`, {
      code: 'CONFIRM',
      fix: 'pass --yes to delete the remains and create it again',
    })
  }
  const sinceMs = ports.clock.nowMs()
  const token = operationToken(`${tokenPrefixOf(plan)}-husk`, ports.clock)
  await ports.stacks.delete(state.stackId, { token, retain: [] })
  const what = `delete the remains of ${state.name}`
  const end = yield* followStack(
    { stackId: state.stackId, sinceMs, token: undefined, what, goal: 'gone', total: undefined },
    ports,
    signal,
  )
  if (!end.ok) throw failureError(what, end.cause ?? endOf(state.name, end.state))
  yield { kind: 'removed', what: 'failed stack', id: state.name }
}
