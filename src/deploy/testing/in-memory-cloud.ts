import { QwError } from '../../engine/errors.ts'
import { stackNameOf } from '../naming.ts'
import type {
  BucketEntry,
  ChangeSetRequest,
  CloudPorts,
  ResourceChange,
  StackEvent,
  StackResource,
  StackState,
} from '../ports.ts'
import { parseTemplate, resourcesOf } from '../template.ts'

/**
 * AWS in memory, as far as deploying looks at it. What it keeps to:
 *
 * - a stack takes one operation at a time; a second one is refused with STACK-BUSY
 * - an operation ends after `pollsToFinish` looks at the stack, not before
 * - a first create that fails leaves nothing (OnStackFailure DELETE), and its events stay readable by
 *   stack id
 * - a stack is deleted only when its buckets are empty; else it is DELETE_FAILED and names them
 * - a change set without a difference is `empty`
 * - resources carry the tag of the deployment, and the tag search finds them while they exist
 *
 * Faults are set on public fields by the test that needs them.
 */
export class InMemoryCloud {
  readonly calls: string[] = []
  readonly templates = new Map<string, string>()
  readonly bucketsByName = new Map<string, FakeBucket>()
  readonly secretTexts = new Map<string, string>()
  readonly logGroups = new Set<string>()
  readonly keysAccepted = new Set<string>()
  stack: FakeStack | undefined
  nowMs = Date.UTC(2026, 10, 23)
  pollsToFinish = 2
  /** Logical ids whose creation fails, with AWS's reason. */
  failing: Readonly<Record<string, string>> = {}
  /** The next calls by these names throw, first come first served. */
  readonly faults: { call: string; error: Error }[] = []
  scheduleState: 'enabled' | 'disabled' = 'enabled'
  mappingState: 'enabled' | 'disabled' = 'enabled'
  concurrentExecutions = 10
  searcherAnswer = '{"statusCode":200,"body":"{}"}'
  /** The API refuses even a right key so many times. */
  refusalsBeforeKeyWorks = 0
  /** Put into the bucket when it has been emptied, as a late writer does. */
  lateObjects: { bucket: string; key: string }[] = []
  undeletableKeys: readonly string[] = []
  #serial = 0

  readonly ports: CloudPorts = {
    clock: {
      nowMs: () => this.nowMs,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted()
        this.nowMs += ms
      },
    },
    account: {
      identity: async () => {
        this.#enter('identity')
        return {
          accountId: '123456789012',
          arn: 'arn:aws:iam::123456789012:role/dev',
          region: 'eu-west-1',
        }
      },
      limits: async () => {
        this.#enter('limits')
        return { concurrentExecutions: this.concurrentExecutions }
      },
    },
    stacks: {
      describe: async (stack) => {
        this.#enter('describe')
        return this.#describe(stack)
      },
      list: async () => (this.#visibleStack() ? [this.#state(this.#needStack())] : []),
      createChangeSet: async (request) => {
        this.#enter('createChangeSet')
        return this.#createChangeSet(request)
      },
      describeChangeSet: async () => {
        this.#enter('describeChangeSet')
        const changes = this.#needStack().pending?.changes ?? []
        return { status: changes.length > 0 ? 'ready' : 'empty', reason: undefined, changes }
      },
      executeChangeSet: async (_id, token) => {
        this.#enter('executeChangeSet')
        this.#execute(token)
      },
      deleteChangeSet: async () => {
        this.#enter('deleteChangeSet')
        this.#needStack().pending = undefined
      },
      events: async (stackId, sinceMs) => {
        this.#enter('events')
        return this.stack?.stackId === stackId
          ? this.stack.events.filter((event) => event.atMs >= sinceMs)
          : []
      },
      resources: async () => {
        this.#enter('resources')
        return this.stack?.resources ?? []
      },
      delete: async (_id, { token, retain }) => {
        this.#enter('delete')
        this.#delete(token, retain)
      },
      continueRollback: async () => {
        this.#enter('continueRollback')
        const stack = this.#needStack()
        this.#start(stack, 'UPDATE_ROLLBACK_IN_PROGRESS', () => 'UPDATE_ROLLBACK_COMPLETE')
      },
    },
    buckets: {
      tags: async (bucket) => {
        this.#enter('bucketTags')
        return this.bucketsByName.get(bucket)?.tags
      },
      create: async (bucket, tags) => {
        this.#enter('createBucket')
        this.bucketsByName.set(bucket, { tags, entries: [] })
      },
      list: async (bucket) => {
        this.#enter('listBucket')
        return this.bucketsByName.get(bucket)?.entries ?? []
      },
      put: async (bucket, key, body) => {
        this.#enter('put')
        this.#needBucket(bucket).entries.push({ key, versionId: undefined, sizeBytes: body.length })
        if (key.startsWith('templates/')) this.templates.set(key, Buffer.from(body).toString())
      },
      url: (_bucket, key) => key,
      entries: async (bucket, next) => {
        this.#enter('entries')
        const start = Number(next ?? 0)
        const all = this.#needBucket(bucket).entries
        const page = all.slice(start, start + PAGE)
        // Deleting shifts what follows, so the next page begins where this one did.
        return { entries: page, next: all.length > start + PAGE ? String(start) : undefined }
      },
      deleteEntries: async (bucket, entries) => {
        this.#enter('deleteEntries')
        return this.#deleteEntries(bucket, entries)
      },
      abortUploads: async () => {
        this.#enter('abortUploads')
        return 0
      },
      silence: async () => this.#enter('silence'),
      delete: async (bucket) => {
        this.#enter('deleteBucket')
        if ((this.bucketsByName.get(bucket)?.entries.length ?? 0) > 0) throw notEmpty(bucket)
        this.bucketsByName.delete(bucket)
      },
    },
    secrets: {
      describe: async (arn) => {
        this.#enter('describeSecret')
        return this.secretTexts.has(arn) ? { arn, deletedAtMs: undefined } : undefined
      },
      read: async (arn) => {
        this.#enter('readSecret')
        const text = this.secretTexts.get(arn)
        if (text === undefined) throw new QwError('notFound', `no secret ${arn}`)
        return text
      },
      write: async (arn, text) => {
        this.#enter('writeSecret')
        this.secretTexts.set(arn, text)
      },
      restore: async () => this.#enter('restoreSecret'),
      delete: async (arn) => {
        this.#enter('deleteSecret')
        this.secretTexts.delete(arn)
      },
    },
    logs: {
      groups: async (prefix) => {
        this.#enter('logGroups')
        return [...this.logGroups]
          .filter((name) => name.startsWith(prefix))
          .map((name) => ({ name, storedBytes: 0 }))
      },
      // oxlint-disable-next-line require-yield -- no test reads lines through the fake
      lines: async function* () {
        throw new QwError('internal', 'the fake keeps no log lines')
      },
      deleteGroup: async (name) => {
        this.#enter('deleteLogGroup')
        this.logGroups.delete(name)
      },
    },
    functions: {
      invoke: async () => {
        this.#enter('invoke')
        return {
          payload: Buffer.from(this.searcherAnswer),
          functionError: undefined,
          logTail: 'REPORT',
          requestId: 'r-1',
        }
      },
      mapping: async () => {
        this.#enter('mapping')
        return this.mappingState
      },
      setMapping: async (_id, state) => {
        this.#enter('setMapping')
        this.mappingState = state
      },
    },
    schedules: {
      describe: async () => {
        this.#enter('describeSchedule')
        return { state: this.scheduleState, expression: 'rate(5 minutes)' }
      },
      set: async (_name, state) => {
        this.#enter('setSchedule')
        this.scheduleState = state
      },
    },
    queues: {
      depth: async () => {
        this.#enter('queueDepth')
        return { waiting: 0, inFlight: 0 }
      },
    },
    metrics: { read: async (queries) => queries.map(() => undefined) },
    inventory: {
      tagged: async () => {
        this.#enter('tagged')
        return [...this.bucketsByName.keys()].map((name) => ({
          arn: `arn:aws:s3:::${name}`,
          component: undefined,
        }))
      },
    },
    api: {
      get: async (_url, key) => {
        const spread = this.refusalsBeforeKeyWorks <= 0
        this.refusalsBeforeKeyWorks -= 1
        return { status: spread && this.keysAccepted.has(key) ? 200 : 403, body: 'answer' }
      },
    },
  }

  #enter(call: string): void {
    this.calls.push(call)
    const position = this.faults.findIndex((fault) => fault.call === call)
    const [fault] = position < 0 ? [] : this.faults.splice(position, 1)
    if (fault !== undefined) throw fault.error
  }

  #visibleStack(): boolean {
    return (
      this.stack !== undefined &&
      !['REVIEW_IN_PROGRESS', 'DELETE_COMPLETE'].includes(this.stack.status)
    )
  }

  #needStack(): FakeStack {
    if (this.stack === undefined) throw new QwError('internal', 'no stack')
    return this.stack
  }

  #needBucket(name: string): FakeBucket {
    const bucket = this.bucketsByName.get(name)
    if (bucket === undefined) throw new QwError('notFound', `no bucket ${name}`)
    return bucket
  }

  #describe(stack: string): StackState | undefined {
    const found = this.stack
    if (found === undefined) return undefined
    const asked = stack === found.stackId || stack === found.name
    if (!asked || (found.status === 'DELETE_COMPLETE' && stack !== found.stackId)) return undefined
    if (found.finish !== undefined) {
      found.pollsLeft -= 1
      if (found.pollsLeft <= 0) {
        const { finish } = found
        found.finish = undefined
        found.status = finish()
      }
    }
    return this.#state(found)
  }

  #state(stack: FakeStack): StackState {
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

  #createChangeSet(request: ChangeSetRequest): { changeSetId: string; stackId: string } {
    if (this.stack?.finish !== undefined) throw busy()
    if (this.stack === undefined || this.stack.status === 'DELETE_COMPLETE') {
      this.#serial += 1
      this.stack = emptyStack(request.stackName, `arn:stack/${this.#serial}`)
    }
    const { stack } = this
    const text =
      request.templateUrl === undefined ? stack.template : this.templates.get(request.templateUrl)
    if (text === undefined) throw new QwError('invalid', 'the template was not uploaded')
    const kept = Object.fromEntries(
      request.keptParameters.map((name) => [name, stack.parameters[name] ?? '']),
    )
    const parameters = { ...kept, ...request.parameters }
    const after = resourcesOf(parseTemplate(text), parameters)
    const before = new Set(stack.resources.map(({ logicalId }) => logicalId))
    const settingsDiffer = JSON.stringify(parameters) !== JSON.stringify(stack.parameters)
    const changes = after.flatMap<ResourceChange>((resource) => {
      const known = before.has(resource.logicalId)
      if (known && !(settingsDiffer && resource.logicalId === 'Indexer')) return []
      return [
        { ...resource, action: known ? 'modify' : 'add', physicalId: undefined, replacement: 'no' },
      ]
    })
    stack.pending = { changes, parameters, text, tags: request.tags, after }
    return { changeSetId: `${request.stackName}/${request.name}`, stackId: stack.stackId }
  }

  #execute(token: string): void {
    const stack = this.#needStack()
    if (stack.finish !== undefined || stack.pending === undefined) throw busy()
    const { changes, parameters, text, tags, after } = stack.pending
    stack.pending = undefined
    const creating = stack.resources.length === 0
    this.#start(stack, creating ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS', () => {
      const failed = changes.filter(({ logicalId }) => Object.hasOwn(this.failing, logicalId))
      for (const { logicalId, type } of changes) {
        const reason = this.failing[logicalId]
        const status = reason === undefined ? 'CREATE_COMPLETE' : 'CREATE_FAILED'
        this.#event(stack, { logicalId, type, status, reason, token })
      }
      if (failed.length > 0) {
        const cancelled = { logicalId: 'Queue', type: 'AWS::SQS::Queue', status: 'CREATE_FAILED' }
        this.#event(stack, { ...cancelled, reason: 'Resource creation cancelled', token })
        return creating ? 'DELETE_COMPLETE' : 'UPDATE_ROLLBACK_COMPLETE'
      }
      Object.assign(stack, { parameters, template: text, tags })
      this.#settle(
        stack,
        after.map((resource) => ({
          ...resource,
          physicalId: '',
          status: 'CREATE_COMPLETE',
          reason: undefined,
        })),
      )
      return creating ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE'
    })
    this.#event(stack, {
      logicalId: stack.name,
      type: 'AWS::CloudFormation::Stack',
      status: stack.status,
      reason: undefined,
      token,
    })
  }

  /** Makes what the resources stand for: buckets, the secret, the keys that the API accepts. */
  #settle(stack: FakeStack, resources: readonly StackResource[]): void {
    stack.resources = resources.map((resource) => ({
      ...resource,
      physicalId: `${stack.name}-${resource.logicalId.toLowerCase()}`,
    }))
    const has = (logicalId: string) => resources.some((each) => each.logicalId === logicalId)
    for (const { type, physicalId } of stack.resources) {
      if (type !== 'AWS::S3::Bucket' || this.bucketsByName.has(physicalId)) continue
      this.bucketsByName.set(physicalId, {
        tags: { 'qw-lambda:deployment': stack.parameters['DeploymentName'] ?? '' },
        entries: [],
      })
    }
    stack.outputs = {
      DeployHash: stack.parameters['DeployHash'] ?? '',
      StagingBucket: `${stack.name}-stagingbucket`,
      IndexBucket: `${stack.name}-indexbucket`,
      SearcherFunction: `${stack.name}-searcher`,
      IndexerMapping: 'mapping-1',
      QueueUrl: 'https://sqs/queue',
      DeadLetterQueueUrl: 'https://sqs/dead',
      ...(has('Schedule') && { GeneratorSchedule: `${stack.name}-schedule` }),
    }
    if (!has('RestApi')) return
    const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:ApiKeySecret-1'
    const live = stack.parameters['LiveApiKeys'] ?? 'a'
    const made = `{"current":"a","a":"${stack.parameters['ApiKey'] ?? 'generated-key-1'}"}`
    if (!this.secretTexts.has(arn)) this.secretTexts.set(arn, made)
    const keyring: Record<string, string> = JSON.parse(this.secretTexts.get(arn) ?? '{}')
    this.keysAccepted.clear()
    for (const slot of live) this.keysAccepted.add(keyring[slot] ?? '')
    stack.outputs = {
      ...stack.outputs,
      ApiUrl: 'https://api/v1',
      ApiKeySecretArn: arn,
      LiveApiKeys: live,
    }
  }

  #delete(token: string, retain: readonly string[]): void {
    const stack = this.#needStack()
    if (stack.finish !== undefined) throw busy()
    for (const { bucket, key } of this.lateObjects.splice(0)) {
      this.#needBucket(bucket).entries.push({ key, versionId: undefined, sizeBytes: 1 })
    }
    this.#start(stack, 'DELETE_IN_PROGRESS', () => {
      const remaining = stack.resources.filter(({ logicalId, type, physicalId }) => {
        if (type !== 'AWS::S3::Bucket' || retain.includes(logicalId)) return false
        const full = (this.bucketsByName.get(physicalId)?.entries.length ?? 0) > 0
        if (!full) this.bucketsByName.delete(physicalId)
        return full
      })
      for (const { logicalId, type } of remaining) {
        const reason = 'The bucket you tried to delete is not empty'
        this.#event(stack, { logicalId, type, status: 'DELETE_FAILED', reason, token })
      }
      stack.resources = remaining.map((resource) => ({ ...resource, status: 'DELETE_FAILED' }))
      return remaining.length > 0 ? 'DELETE_FAILED' : 'DELETE_COMPLETE'
    })
  }

  #start(stack: FakeStack, status: string, finish: () => string): void {
    stack.status = status
    stack.changedMs = this.nowMs
    stack.pollsLeft = this.pollsToFinish
    stack.finish = finish
  }

  #event(
    stack: FakeStack,
    event: Pick<StackEvent, 'logicalId' | 'type' | 'status' | 'reason' | 'token'>,
  ): void {
    this.#serial += 1
    const physicalId = event.type === 'AWS::CloudFormation::Stack' ? stack.stackId : event.logicalId
    stack.events.push({ ...event, eventId: `e${this.#serial}`, atMs: this.nowMs, physicalId })
  }

  #deleteEntries(name: string, entries: readonly BucketEntry[]): { key: string; reason: string }[] {
    const bucket = this.#needBucket(name)
    const isRefused = ({ key }: BucketEntry) => this.undeletableKeys.includes(key)
    bucket.entries = bucket.entries.filter((entry) => !entries.includes(entry) || isRefused(entry))
    return entries
      .filter(isRefused)
      .map(({ key }) => ({ key, reason: 'AccessDenied Access Denied' }))
  }
}

const PAGE = 1_000

interface FakeBucket {
  readonly tags: Readonly<Record<string, string>>
  entries: BucketEntry[]
}

interface FakeStack {
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
  pending:
    | {
        readonly changes: readonly ResourceChange[]
        readonly parameters: Readonly<Record<string, string>>
        readonly text: string
        readonly tags: Readonly<Record<string, string>>
        readonly after: readonly { logicalId: string; type: string }[]
      }
    | undefined
  pollsLeft: number
  finish: (() => string) | undefined
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

function notEmpty(bucket: string): QwError {
  return new QwError('conflict', `${bucket} is not empty`, { code: 'CONFLICT' })
}
