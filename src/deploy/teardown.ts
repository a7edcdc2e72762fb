import { endOf } from './change-set.ts'
import { emptyBucket } from './empty-bucket.ts'
import type { DeployEvent } from './events.ts'
import { failureError } from './failure-advice.ts'
import { followStack, type OperationEnd } from './follow-stack.ts'
import { endedResources, findLeftovers, suspectOf, type Leftover } from './leftovers.ts'
import { artifactBucketOf, DEPLOYMENT_TAG, isNameOf, stackNameOf } from './naming.ts'
import type { CloudPorts, StackResource, StackState } from './ports.ts'
import { PassedOver, type StepTarget } from './passed-over.ts'
import { followedSource, unfollow } from './source-events.ts'
import { stopSources } from './stop-sources.ts'
import { refuseForeign } from './stack-situation.ts'

export interface TeardownRequest {
  readonly deployment: string
  /** Leaves the index bucket and what is in it. */
  readonly index: 'delete' | 'keep'
  /** Whether to wait for a running indexer. */
  readonly running: 'wait' | 'ignore'
  /** `passOver`: the steps after one that failed are taken all the same, and the result tells what is
   *  left of it; a resource that keeps its stack from going is left out of the stack. */
  readonly failing: 'stop' | 'passOver'
  /** Buckets without our tag that the user says may be emptied. */
  readonly vouchedBuckets: readonly string[]
}

export interface TeardownResult {
  readonly removed: readonly { readonly type: string; readonly id: string }[]
  readonly kept: readonly { readonly type: string; readonly id: string }[]
  /** Empty when nothing is left that costs money. */
  readonly leftovers: readonly Leftover[]
  readonly objectsDeleted: number
  readonly bytesDeleted: number
}

type TeardownPorts = Pick<
  CloudPorts,
  | 'clock'
  | 'account'
  | 'stacks'
  | 'buckets'
  | 'sourceBuckets'
  | 'functions'
  | 'schedules'
  | 'logs'
  | 'secrets'
  | 'inventory'
>

/** Lies in an empty index bucket that is to be kept, while its stack is deleted. */
const HELD_BACK_KEY = 'kept-by-teardown'

/**
 * Removes a deployment and proves that nothing is left. Every step can be repeated: an interrupted
 * teardown is finished by running it again, also when the stack is already gone.
 * Throws `conflict` STACK-NOT-OURS, BUCKET-NOT-OURS, BUCKET-NOT-EMPTY; what AWS could not delete.
 */
export async function* teardown(
  request: TeardownRequest,
  ports: TeardownPorts,
  signal?: AbortSignal,
): AsyncGenerator<DeployEvent, TeardownResult> {
  return yield* new Teardown(request, ports, signal).run()
}

/** Counts what was done over all steps. */
class Teardown {
  readonly #request: TeardownRequest
  readonly #ports: TeardownPorts
  readonly #signal: AbortSignal | undefined
  readonly #passed: PassedOver
  readonly #removed: { type: string; id: string }[] = []
  readonly #kept: { type: string; id: string }[] = []
  #artifactBucket: string | undefined
  #objectsDeleted = 0
  #bytesDeleted = 0

  constructor(request: TeardownRequest, ports: TeardownPorts, signal: AbortSignal | undefined) {
    this.#request = request
    this.#ports = ports
    this.#signal = signal
    this.#passed = new PassedOver(request.deployment, request.failing === 'passOver', signal)
  }

  async *run(): AsyncGenerator<DeployEvent, TeardownResult> {
    const { deployment } = this.#request
    const identity = await this.#ports.account.identity()
    this.#artifactBucket = artifactBucketOf({ ...identity, deployment })
    const stack = await this.#ports.stacks.describe(stackNameOf(deployment))
    if (stack !== undefined) refuseForeign(stack, deployment)
    if (stack !== undefined) {
      const target = { type: 'AWS::CloudFormation::Stack', id: stack.name }
      yield* this.#passed.attempt(target, () => this.#removeStack(stack))
    }
    yield { kind: 'phase', phase: 'sweep', state: 'started' }
    if (stack === undefined) yield* this.#sweepSource()
    yield* this.#sweepLogs()
    yield* this.#sweepTagged()
    yield* this.#sweepArtifacts()
    yield { kind: 'phase', phase: 'sweep', state: 'done' }
    yield { kind: 'phase', phase: 'prove', state: 'started' }
    const keptIds = this.#kept.map(({ id }) => id)
    const ended =
      stack === undefined
        ? endedResources(stackNameOf(deployment), this.#ports.stacks)
        : this.#ports.stacks.resources(stack.stackId)
    // What could not be removed is there for good, and waiting for it is in vain.
    const lag = this.#passed.isEmpty ? ('wait' as const) : ('none' as const)
    const proof = { deployment, keptIds, resources: await ended, lag }
    const found = yield* findLeftovers(proof, this.#ports, this.#signal)
    const leftovers = this.#passed.explain(found)
    yield { kind: 'phase', phase: 'prove', state: 'done' }
    return {
      removed: this.#removed,
      kept: this.#kept,
      leftovers,
      objectsDeleted: this.#objectsDeleted,
      bytesDeleted: this.#bytesDeleted,
    }
  }

  async *#removeStack(stack: StackState): AsyncGenerator<DeployEvent, void> {
    const { stacks } = this.#ports
    // An operation under way, perhaps our own deletion from before an interruption, has to end first.
    if (stack.status.endsWith('_IN_PROGRESS') && stack.status !== 'REVIEW_IN_PROGRESS') {
      const end = yield* this.#follow(stack, stack.changedMs)
      if (end.state === undefined || end.state.status === 'DELETE_COMPLETE') {
        return yield* this.#gone('AWS::CloudFormation::Stack', stack.name)
      }
    }
    yield { kind: 'phase', phase: 'stop', state: 'started' }
    // Before the stack, which is all that knows of it.
    yield* this.#unfollow(stack)
    const sources = { type: 'what makes and indexes new data', id: stack.name }
    yield* this.#passed.attempt(sources, () =>
      stopSources(stack, this.#request.running, this.#ports, this.#signal),
    )
    yield { kind: 'phase', phase: 'stop', state: 'done' }
    const resources = await stacks.resources(stack.stackId)
    yield* this.#emptyBuckets(resources)
    yield { kind: 'phase', phase: 'delete', state: 'started' }
    yield* this.#deleteStack(stack)
    for (const { id } of this.#kept) await this.#leaveInOrder(id)
    for (const { type, physicalId } of resources) {
      const isKept = this.#kept.some(({ id }) => id === physicalId)
      if (!isKept && !this.#passed.has(physicalId)) this.#removed.push({ type, id: physicalId })
    }
    yield* this.#gone('AWS::CloudFormation::Stack', stack.name)
    yield { kind: 'phase', phase: 'delete', state: 'done' }
  }

  /** Our entry in the notifications of the user's own bucket. */
  async *#unfollow(stack: StackState): AsyncGenerator<DeployEvent, void> {
    const source = followedSource(stack)
    if (source?.events !== 'notification') return
    const { deployment } = this.#request
    const target = { type: 'notification of a bucket', id: source.bucket }
    yield* this.#passed.attempt(target, () =>
      unfollow(source.bucket, deployment, this.#ports.sourceBuckets),
    )
  }

  /** A forced teardown may have left it behind; AWS remembers what a deleted stack was made with. */
  async *#sweepSource(): AsyncGenerator<DeployEvent, void> {
    const { stacks } = this.#ports
    const [last] = await stacks.past(stackNameOf(this.#request.deployment))
    const stack = last === undefined ? undefined : await stacks.describe(last)
    if (stack !== undefined) yield* this.#unfollow(stack)
  }

  async *#emptyBuckets(resources: readonly StackResource[]): AsyncGenerator<DeployEvent, void> {
    yield { kind: 'phase', phase: 'empty', state: 'started' }
    for (const { type, logicalId, physicalId, status } of resources) {
      if (type !== 'AWS::S3::Bucket' || physicalId === '' || status === 'DELETE_COMPLETE') continue
      if (logicalId === 'IndexBucket' && this.#request.index === 'keep') {
        if (!this.#kept.some(({ id }) => id === physicalId)) {
          this.#kept.push({ type, id: physicalId })
          await this.#holdBack(physicalId)
          yield { kind: 'kept', what: type, id: physicalId }
        }
        continue
      }
      if (this.#passed.has(physicalId)) continue
      const target = { type, id: physicalId }
      yield* this.#passed.attempt(target, () => this.#empty(physicalId))
    }
    yield { kind: 'phase', phase: 'empty', state: 'done' }
  }

  /** CloudFormation leaves only what it has failed to delete, and it deletes an empty bucket. */
  async #holdBack(bucket: string): Promise<void> {
    const { buckets } = this.#ports
    const { entries } = await buckets.entries(bucket, undefined)
    if (entries.length === 0) await buckets.put(bucket, HELD_BACK_KEY, new Uint8Array())
  }

  /** The policy was a resource of its own and went with the stack. */
  async #leaveInOrder(bucket: string): Promise<void> {
    const { buckets } = this.#ports
    await buckets.protect(bucket)
    const marker = { key: HELD_BACK_KEY, versionId: undefined, sizeBytes: 0 }
    await buckets.deleteEntries(bucket, [marker])
  }

  async *#empty(bucket: string): AsyncGenerator<DeployEvent, void> {
    const { deployment, vouchedBuckets } = this.#request
    const isArtifacts = bucket === this.#artifactBucket
    const target = { bucket, deployment, vouched: vouchedBuckets.includes(bucket), isArtifacts }
    const emptied = yield* emptyBucket(target, this.#ports.buckets, this.#signal)
    this.#objectsDeleted += emptied.objectsDeleted
    this.#bytesDeleted += emptied.bytesDeleted
  }

  /** A file that landed late makes the first try fail: empty again and retry once. */
  async *#deleteStack(stack: StackState): AsyncGenerator<DeployEvent, void> {
    const { stacks } = this.#ports
    for (let attempt = 1; ; attempt++) {
      const end = yield* this.#delete(stack, [])
      if (end.ok) return
      const failed = (await stacks.resources(stack.stackId)).filter(
        ({ status }) => status === 'DELETE_FAILED',
      )
      const keptIds = new Set(this.#kept.map(({ id }) => id))
      const mayStay = (id: string): boolean => keptIds.has(id) || this.#passed.has(id)
      if (failed.length > 0 && failed.every(({ physicalId }) => mayStay(physicalId))) {
        const retained = yield* this.#delete(
          stack,
          failed.map(({ logicalId }) => logicalId),
        )
        if (retained.ok) return
        throw this.#error(stack, retained)
      }
      if (attempt === 2) throw this.#error(stack, end)
      yield* this.#emptyBuckets(failed)
    }
  }

  async *#delete(
    stack: StackState,
    retain: readonly string[],
  ): AsyncGenerator<DeployEvent, OperationEnd> {
    this.#signal?.throwIfAborted()
    const sinceMs = this.#ports.clock.nowMs()
    const token = `qw-lambda-teardown-${sinceMs.toString(36)}`
    await this.#ports.stacks.delete(stack.stackId, { token, retain })
    return yield* this.#follow(stack, sinceMs, token)
  }

  #follow(
    stack: StackState,
    sinceMs: number,
    token?: string,
  ): AsyncGenerator<DeployEvent, OperationEnd> {
    const what = `delete the stack ${stack.name}`
    return followStack(
      { stackId: stack.stackId, sinceMs, token, what, goal: 'gone', total: undefined },
      this.#ports,
      this.#signal,
    )
  }

  #error(stack: StackState, end: OperationEnd): Error {
    return failureError(`delete the stack ${stack.name}`, end.cause ?? endOf(stack.name, end.state))
  }

  async *#sweepLogs(): AsyncGenerator<DeployEvent, void> {
    const { logs } = this.#ports
    const stackName = stackNameOf(this.#request.deployment)
    // AWS makes the second kind itself when a function runs without a group of its own.
    for (const folder of ['', '/aws/lambda/']) {
      for (const { name } of await logs.groups(`${folder}${stackName}-`)) {
        if (!isNameOf(stackName, name.slice(folder.length))) continue
        yield* this.#remove({ type: 'AWS::Logs::LogGroup', id: name }, () => logs.deleteGroup(name))
      }
    }
  }

  async *#sweepTagged(): AsyncGenerator<DeployEvent, void> {
    const { secrets, inventory } = this.#ports
    const keptIds = new Set(this.#kept.map(({ id }) => id))
    for (const tagged of await inventory.tagged(DEPLOYMENT_TAG, this.#request.deployment)) {
      const { arn } = tagged
      const { type, id } = suspectOf(tagged)
      const [, , service, , , resource = ''] = arn.split(':')
      if (service !== 'secretsmanager' && service !== 's3') continue
      // The search lists what is deleted for many minutes.
      if ((await inventory.look(type, id)) === 'gone') continue
      if (service === 'secretsmanager') {
        const target = { type: 'AWS::SecretsManager::Secret', id: arn }
        yield* this.#remove(target, () => secrets.delete(arn))
      } else if (!keptIds.has(resource) && this.#request.index === 'delete') {
        yield* this.#removeBucket(resource)
      }
    }
  }

  async *#sweepArtifacts(): AsyncGenerator<DeployEvent, void> {
    const artifacts = this.#artifactBucket
    if (artifacts === undefined || (await this.#ports.buckets.tags(artifacts)) === undefined) return
    yield* this.#removeBucket(artifacts)
  }

  async *#removeBucket(bucket: string): AsyncGenerator<DeployEvent, void> {
    if (this.#passed.has(bucket)) return
    const target = { type: 'AWS::S3::Bucket', id: bucket }
    yield* this.#passed.attempt(target, () => this.#empty(bucket))
    if (this.#passed.has(bucket)) return
    yield* this.#remove(target, () => this.#ports.buckets.delete(bucket))
  }

  async *#remove(
    target: StepTarget,
    remove: () => Promise<void>,
  ): AsyncGenerator<DeployEvent, void> {
    const gone = (): Generator<DeployEvent> => this.#gone(target.type, target.id)
    yield* this.#passed.attempt(target, async function* () {
      await remove()
      yield* gone()
    })
  }

  *#gone(type: string, id: string): Generator<DeployEvent> {
    this.#removed.push({ type, id })
    yield { kind: 'removed', what: type, id }
  }
}
