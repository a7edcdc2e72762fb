import { QwError } from '../../engine/errors.ts'
import { stackNameOf } from '../naming.ts'
import type {
  ChangeSetRequest,
  ChangeSetState,
  ResourceChange,
  StackEvent,
  StackPort,
  StackResource,
  StackState,
} from '../ports.ts'
import { parseTemplate, resourcesOf, type PlannedResource, type Template } from '../template.ts'
import { creationOrder, makeReal, removeReal } from './fake-resources.ts'
import type { World } from './world.ts'

/**
 * CloudFormation. What it keeps to:
 *
 * - a stack takes one operation at a time; a second one is refused with STACK-BUSY
 * - an operation ends after `pollsToFinish` looks at the stack, not before
 * - a token starts one operation; the same token again is taken for a repeated request: it succeeds
 *   and nothing happens
 * - resources are made in the order of their references; what brings data brings it at once, so that
 *   a create which fails afterwards cannot delete the buckets and ends as DELETE_FAILED
 * - a failed create that can be taken back leaves nothing, and its events stay readable by stack id
 * - a stack is deleted only when its buckets are empty; else it is DELETE_FAILED and names them; a
 *   deleted stack's list of resources stays readable by its id
 * - a change set without a difference is `empty`
 */
export class FakeStacks implements StackPort {
  readonly #world: World
  latest: FakeStack | undefined
  readonly #deleted: FakeStack[] = []
  readonly #usedTokens = new Set<string>()
  pollsToFinish = 2
  /** Logical ids whose creation fails, with AWS's reason. */
  failing: Readonly<Record<string, string>> = {}
  /** A rollback of an update fails so many times. */
  failingRollbacks = 0
  /** Put into the bucket when it has been emptied, as a late writer does. */
  lateObjects: { bucket: string; key: string }[] = []

  constructor(world: World) {
    this.#world = world
  }

  async describe(stack: string): Promise<StackState | undefined> {
    this.#world.enter('describe')
    const found = this.#byId(stack) ?? (this.latest?.name === stack ? this.latest : undefined)
    if (found === undefined) return undefined
    if (found.status === 'DELETE_COMPLETE' && stack !== found.stackId) return undefined
    if (found.finish !== undefined) {
      found.pollsLeft--
      if (found.pollsLeft <= 0) {
        const { finish } = found
        found.finish = undefined
        found.status = finish()
        if (found.status === 'DELETE_COMPLETE') this.#deleted.unshift(found)
      }
    }
    return stateOf(found)
  }

  async list(): Promise<readonly StackState[]> {
    const hidden = ['REVIEW_IN_PROGRESS', 'DELETE_COMPLETE']
    return this.latest === undefined || hidden.includes(this.latest.status)
      ? []
      : [stateOf(this.latest)]
  }

  async past(name: string): Promise<readonly string[]> {
    this.#world.enter('pastStacks')
    return this.#deleted.filter((stack) => stack.name === name).map(({ stackId }) => stackId)
  }

  async createChangeSet(
    request: ChangeSetRequest,
  ): Promise<{ changeSetId: string; stackId: string }> {
    this.#world.enter('createChangeSet')
    if (this.latest?.finish !== undefined) throw busy()
    if (this.latest === undefined || this.latest.status === 'DELETE_COMPLETE') {
      const place = 'arn:aws:cloudformation:eu-west-1:123456789012:stack'
      const stackId = `${place}/${request.stackName}/${this.#world.serial()}`
      this.latest = emptyStack(request.stackName, stackId)
    }
    const stack = this.latest
    const text =
      request.templateUrl === undefined
        ? stack.template
        : this.#world.templates.get(request.templateUrl)
    if (text === undefined) throw new QwError('invalid', 'the template was not uploaded')
    const kept = Object.fromEntries(
      request.keptParameters.map((name) => [name, stack.parameters[name] ?? '']),
    )
    const parameters = { ...kept, ...request.parameters }
    const template = parseTemplate(text)
    const after = creationOrder(template, resourcesOf(template, parameters))
    const changes = changesOf(stack, after, parameters)
    stack.pending = { changes, parameters, text, template, tags: request.tags, after }
    return { changeSetId: `${request.stackName}/${request.name}`, stackId: stack.stackId }
  }

  async describeChangeSet(): Promise<ChangeSetState> {
    this.#world.enter('describeChangeSet')
    const changes = this.#need().pending?.changes ?? []
    return { status: changes.length > 0 ? 'ready' : 'empty', reason: undefined, changes }
  }

  async deleteChangeSet(): Promise<void> {
    this.#world.enter('deleteChangeSet')
    this.#need().pending = undefined
  }

  async executeChangeSet(_id: string, token: string): Promise<void> {
    this.#world.enter('executeChangeSet')
    if (this.#isRepeated(token)) return
    const stack = this.#need()
    if (stack.finish !== undefined || stack.pending === undefined) throw busy()
    const { pending } = stack
    stack.pending = undefined
    const isNew = stack.resources.length === 0
    const status = isNew ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS'
    this.#start(stack, { status, token }, () => this.#apply(stack, { ...pending, isNew, token }))
  }

  async events(stackId: string, sinceMs: number): Promise<readonly StackEvent[]> {
    this.#world.enter('events')
    return (this.#byId(stackId)?.events ?? []).filter((event) => event.atMs >= sinceMs)
  }

  async resources(stackId: string): Promise<readonly StackResource[]> {
    this.#world.enter('resources')
    return this.#byId(stackId)?.resources ?? []
  }

  async delete(
    stackId: string,
    { token, retain }: { token: string; retain: readonly string[] },
  ): Promise<void> {
    this.#world.enter('delete')
    if (this.#isRepeated(token)) return
    const stack = this.#byId(stackId) ?? this.#need()
    if (stack.finish !== undefined) throw busy()
    for (const { bucket, key } of this.lateObjects.splice(0)) {
      const entry = { key, versionId: undefined, sizeBytes: 1 }
      this.#world.bucketsByName.get(bucket)?.entries.push(entry)
    }
    this.#start(stack, { status: 'DELETE_IN_PROGRESS', token }, () =>
      this.#remove(stack, token, retain),
    )
  }

  async cancelUpdate(_stack: string, token: string): Promise<void> {
    this.#world.enter('cancelUpdate')
    if (this.#isRepeated(token)) return
    const stack = this.#need()
    if (stack.status !== 'UPDATE_IN_PROGRESS') throw new QwError('invalid', 'no update to cancel')
    this.#start(stack, { status: 'UPDATE_ROLLBACK_IN_PROGRESS', token }, () => this.#rollBack())
  }

  async continueRollback(_stack: string, token: string): Promise<void> {
    this.#world.enter('continueRollback')
    if (this.#isRepeated(token)) return
    const stack = this.#need()
    if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
      throw new QwError('invalid', `nothing to continue in ${stack.status}`)
    }
    this.#start(stack, { status: 'UPDATE_ROLLBACK_IN_PROGRESS', token }, () => this.#rollBack())
  }

  #byId(stackId: string): FakeStack | undefined {
    if (this.latest?.stackId === stackId) return this.latest
    return this.#deleted.find((stack) => stack.stackId === stackId)
  }

  #need(): FakeStack {
    if (this.latest === undefined) throw new QwError('internal', 'no stack')
    return this.latest
  }

  #isRepeated(token: string): boolean {
    if (this.#usedTokens.has(token)) return true
    this.#usedTokens.add(token)
    return false
  }

  #start(
    stack: FakeStack,
    { status, token }: { status: string; token: string },
    finish: () => string,
  ): void {
    stack.status = status
    stack.changedMs = this.#world.nowMs
    stack.pollsLeft = this.pollsToFinish
    stack.finish = finish
    const type = 'AWS::CloudFormation::Stack'
    this.#event(stack, { logicalId: stack.name, type, status, reason: undefined, token })
  }

  #rollBack(): string {
    if (this.failingRollbacks <= 0) return 'UPDATE_ROLLBACK_COMPLETE'
    this.failingRollbacks--
    return 'UPDATE_ROLLBACK_FAILED'
  }

  #apply(stack: FakeStack, change: Pending & { isNew: boolean; token: string }): string {
    const { changes, after, token, isNew } = change
    const parameters = change.parameters
    const made: StackResource[] = []
    const touched = new Map(changes.map((each) => [each.logicalId, each]))
    for (const planned of after) {
      const reason = touched.has(planned.logicalId) ? this.failing[planned.logicalId] : undefined
      if (touched.has(planned.logicalId)) {
        const status = reason === undefined ? 'CREATE_COMPLETE' : 'CREATE_FAILED'
        this.#event(stack, { ...planned, status, reason, token })
      }
      if (reason !== undefined) {
        const cancelled = { logicalId: 'Queue', type: 'AWS::SQS::Queue', status: 'CREATE_FAILED' }
        this.#event(stack, { ...cancelled, reason: 'Resource creation cancelled', token })
        if (!isNew) return this.#rollBack()
        stack.resources = made
        Object.assign(stack, { parameters, tags: change.tags })
        return this.#remove(stack, token, [])
      }
      made.push(makeReal(this.#world, { stack, planned, template: change.template, parameters }))
    }
    Object.assign(stack, { parameters, template: change.text, tags: change.tags, resources: made })
    stack.outputs = outputsOf(this.#world, stack)
    return isNew ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE'
  }

  #remove(stack: FakeStack, token: string, retain: readonly string[]): string {
    stack.resources = stack.resources.map((resource) => {
      if (resource.status === 'DELETE_COMPLETE') return resource
      if (retain.includes(resource.logicalId)) return { ...resource, status: 'DELETE_SKIPPED' }
      const isGone = removeReal(this.#world, stack, resource)
      return { ...resource, status: isGone ? 'DELETE_COMPLETE' : 'DELETE_FAILED' }
    })
    const failed = stack.resources.filter(({ status }) => status === 'DELETE_FAILED')
    for (const { logicalId, type, status } of failed) {
      const reason = 'The bucket you tried to delete is not empty'
      this.#event(stack, { logicalId, type, status, reason, token })
    }
    return failed.length > 0 ? 'DELETE_FAILED' : 'DELETE_COMPLETE'
  }

  #event(
    stack: FakeStack,
    event: Pick<StackEvent, 'logicalId' | 'type' | 'status' | 'reason' | 'token'>,
  ): void {
    const physicalId = event.type === 'AWS::CloudFormation::Stack' ? stack.stackId : event.logicalId
    const eventId = `e${this.#world.serial()}`
    stack.events.push({ ...event, eventId, atMs: this.#world.nowMs, physicalId })
  }
}

interface Pending {
  readonly changes: readonly ResourceChange[]
  readonly parameters: Readonly<Record<string, string>>
  readonly text: string
  readonly template: Template
  readonly tags: Readonly<Record<string, string>>
  readonly after: readonly PlannedResource[]
}

export interface FakeStack {
  readonly stackId: string
  readonly name: string
  status: string
  changedMs: number
  parameters: Readonly<Record<string, string>>
  outputs: Readonly<Record<string, string>>
  tags: Readonly<Record<string, string>>
  template: string | undefined
  resources: readonly StackResource[]
  readonly events: StackEvent[]
  pending: Pending | undefined
  pollsLeft: number
  finish: (() => string) | undefined
}

function stateOf(stack: FakeStack): StackState {
  return {
    stackId: stack.stackId,
    name: stack.name,
    status: stack.status,
    statusReason: undefined,
    createdMs: stack.changedMs,
    changedMs: stack.changedMs,
    parameters: { ...stack.parameters, ApiKey: '****' },
    outputs: stack.outputs,
    tags: stack.tags,
  }
}

/** What is new, and the indexer in place of whatever a changed parameter would touch. */
function changesOf(
  stack: FakeStack,
  after: readonly PlannedResource[],
  parameters: Readonly<Record<string, string>>,
): ResourceChange[] {
  const before = new Set(stack.resources.map(({ logicalId }) => logicalId))
  const settingsDiffer = JSON.stringify(parameters) !== JSON.stringify(stack.parameters)
  return after.flatMap<ResourceChange>((resource) => {
    const known = before.has(resource.logicalId)
    if (known && !(settingsDiffer && resource.logicalId === 'Indexer')) return []
    return [
      { ...resource, action: known ? 'modify' : 'add', physicalId: undefined, replacement: 'no' },
    ]
  })
}

/** The outputs that deploying reads, and the keys that the API accepts from now on. */
function outputsOf(world: World, stack: FakeStack): Record<string, string> {
  const idOf = (logicalId: string): string | undefined =>
    stack.resources.find((each) => each.logicalId === logicalId)?.physicalId
  const outputs: Record<string, string | undefined> = {
    DeployHash: stack.parameters['DeployHash'] ?? '',
    StagingBucket: idOf('StagingBucket'),
    IndexBucket: idOf('IndexBucket'),
    SearcherFunction: idOf('Searcher'),
    IndexerMapping: idOf('IndexerMapping'),
    QueueUrl: idOf('Queue'),
    DeadLetterQueueUrl: idOf('DeadLetterQueue'),
    GeneratorSchedule: idOf('Schedule'),
    UpkeepSchedule: idOf('UpkeepSchedule'),
    ...(idOf('RestApi') !== undefined && apiOutputs(world, stack, idOf('ApiKeySecret') ?? '')),
  }
  const present = Object.entries(outputs).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as Record<string, string>
}

function apiOutputs(world: World, stack: FakeStack, arn: string): Record<string, string> {
  const live = stack.parameters['LiveApiKeys'] ?? 'a'
  const made = `{"current":"a","a":"${stack.parameters['ApiKey'] ?? 'generated-key-1'}"}`
  if (!world.secretTexts.has(arn)) world.secretTexts.set(arn, made)
  const keyring = JSON.parse(world.secretTexts.get(arn) ?? '{}') as Record<string, string>
  world.keysAccepted.clear()
  for (const slot of live) world.keysAccepted.add(keyring[slot] ?? '')
  return { ApiUrl: 'https://api/v1', ApiKeySecretArn: arn, LiveApiKeys: live }
}

/** A stack as a change set that was never executed leaves it. */
export function emptyStack(name: string, stackId: string): FakeStack {
  return {
    stackId,
    name,
    status: 'REVIEW_IN_PROGRESS',
    changedMs: 0,
    parameters: {},
    outputs: {},
    tags: {},
    template: undefined,
    resources: [],
    events: [],
    pending: undefined,
    pollsLeft: 0,
    finish: undefined,
  }
}

/** What the failed first create of a deployment leaves behind without OnStackFailure. */
export function husk(deployment: string): FakeStack {
  const stack = emptyStack(stackNameOf(deployment), 'arn:stack/husk')
  stack.status = 'ROLLBACK_COMPLETE'
  stack.tags = { 'qw-lambda:deployment': deployment }
  return stack
}

function busy(): QwError {
  return new QwError('conflict', 'another change is running', { code: 'STACK-BUSY' })
}
