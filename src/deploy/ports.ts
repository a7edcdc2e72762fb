/**
 * What deploying needs from AWS, in our own words. `aws/` implements these; tests hold them in
 * memory. Failures that every method may throw, as QwError:
 *
 * - `unavailable` THROTTLED or no connection, after the adapter's own retries: the caller decides
 *   whether to go on polling
 * - `invalid` CRED-NONE, CRED-EXPIRED, CRED-SKEW, REGION-NONE, REGION-DISABLED, PERM-MISSING,
 *   PERM-SCP: somebody has to change something before a retry makes sense
 *
 * Other failures stand with their method.
 */

export interface DeployClock {
  nowMs(): number
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export interface Identity {
  readonly accountId: string
  readonly arn: string
  readonly region: string
}

interface AccountLimits {
  /** Functions that may run at once in this Region; 10 in new accounts. */
  readonly concurrentExecutions: number
}

export interface AccountPort {
  identity(): Promise<Identity>
  limits(): Promise<AccountLimits>
}

/** AWS's own status words, such as `UPDATE_COMPLETE`. */
export interface StackState {
  readonly stackId: string
  readonly name: string
  readonly status: string
  readonly statusReason: string | undefined
  readonly createdMs: number
  readonly changedMs: number
  readonly parameters: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
}

export interface StackEvent {
  readonly eventId: string
  readonly atMs: number
  readonly logicalId: string
  readonly physicalId: string
  readonly type: string
  readonly status: string
  readonly reason: string | undefined
  /** The token the operation was started with. */
  readonly token: string | undefined
}

export interface ResourceChange {
  readonly action: 'add' | 'modify' | 'remove'
  readonly logicalId: string
  readonly physicalId: string | undefined
  readonly type: string
  /** `maybe`: AWS knows only when it resolves a value. */
  readonly replacement: 'no' | 'yes' | 'maybe'
}

export interface ChangeSetRequest {
  readonly stackName: string
  readonly name: string
  readonly mode: 'create' | 'update'
  /** Where the template is; absent: the one the stack has. */
  readonly templateUrl: string | undefined
  readonly parameters: Readonly<Record<string, string>>
  /** Parameters that keep the value they have, such as a secret one that AWS does not give back. */
  readonly keptParameters: readonly string[]
  readonly tags: Readonly<Record<string, string>>
}

export interface ChangeSetState {
  readonly status: 'creating' | 'ready' | 'empty' | 'failed'
  readonly reason: string | undefined
  readonly changes: readonly ResourceChange[]
}

export interface StackResource {
  readonly logicalId: string
  readonly physicalId: string
  readonly type: string
  readonly status: string
  readonly reason: string | undefined
}

export interface StackPort {
  /** By name or id; a deleted stack only by id. `undefined` when there is none. */
  describe(stack: string): Promise<StackState | undefined>
  /** Stacks tagged as ours in this Region. */
  list(): Promise<readonly StackState[]>
  /** Ids of deleted stacks of that name, the latest first; AWS remembers them for 90 days. */
  past(name: string): Promise<readonly string[]>
  /** Throws `conflict` STACK-BUSY when the stack is changing. */
  createChangeSet(request: ChangeSetRequest): Promise<{ changeSetId: string; stackId: string }>
  describeChangeSet(changeSetId: string): Promise<ChangeSetState>
  /** AWS takes a token that it has seen for the same request again, and then does nothing: every
   *  operation needs one of its own. Throws `conflict` STACK-BUSY when another change came first. */
  executeChangeSet(changeSetId: string, token: string): Promise<void>
  deleteChangeSet(changeSetId: string): Promise<void>
  /** Events at or after `sinceMs`, oldest first. */
  events(stackId: string, sinceMs: number): Promise<readonly StackEvent[]>
  /** Also of a deleted stack, by its id: how each of its resources ended. */
  resources(stackId: string): Promise<readonly StackResource[]>
  /** Deleting a stack that is gone succeeds. `retain`: logical ids to leave, from DELETE_FAILED only. */
  delete(stackId: string, options: { token: string; retain: readonly string[] }): Promise<void>
  /** Stops an update under way and takes it back. Throws `conflict` when there is none. */
  cancelUpdate(stackName: string, token: string): Promise<void>
  /** Takes a failed update back to the last good state. */
  continueRollback(stackName: string, token: string): Promise<void>
}

export interface StoredKey {
  readonly key: string
  readonly sizeBytes: number
}

export interface BucketEntry {
  readonly key: string
  /** Absent in a bucket that never had versions. */
  readonly versionId: string | undefined
  readonly sizeBytes: number
}

export interface BucketPage {
  readonly entries: readonly BucketEntry[]
  /** Pass it to the next call; `undefined` after the last page. */
  readonly next: string | undefined
}

interface NotificationTarget {
  readonly queueArn: string
  /** Such as `s3:ObjectCreated:*`. */
  readonly event: string
  /** On the key: `prefix` and `suffix` with their values. */
  readonly filters: readonly { readonly name: string; readonly value: string }[]
}

/** What a bucket tells of its objects. */
export interface BucketNotification {
  readonly targets: readonly NotificationTarget[]
  /** Targets that are no queue, such as topics and functions. */
  readonly others: number
}

export interface BucketPort {
  /** Tags of the bucket, or `undefined` when it does not exist. Throws `conflict` BUCKET-TAKEN when another account has it. */
  tags(bucket: string): Promise<Readonly<Record<string, string>> | undefined>
  /** Private, encrypted, TLS only, tagged from its first moment. Succeeds when the account has it already. Throws `unavailable` BUCKET-NAME-BUSY while AWS still holds the name of a deleted bucket. */
  create(bucket: string, tags: Readonly<Record<string, string>>): Promise<void>
  /** Private and TLS only again, as `create` leaves it. */
  protect(bucket: string): Promise<void>
  list(bucket: string, prefix: string): Promise<readonly StoredKey[]>
  put(bucket: string, key: string, body: Uint8Array): Promise<void>
  /** `https` address that CloudFormation reads a template from. */
  url(bucket: string, key: string): string
  /** Versions and delete markers, at most 1,000 a page. Throws `notFound` when there is no bucket. */
  entries(bucket: string, next: string | undefined): Promise<BucketPage>
  /** At most 1,000. Returns those that AWS refused, with its reason. */
  deleteEntries(
    bucket: string,
    entries: readonly BucketEntry[],
  ): Promise<readonly { key: string; reason: string }[]>
  /** Aborts unfinished uploads and returns how many there were. */
  abortUploads(bucket: string): Promise<number>
  /** `undefined` when there is no bucket. */
  notification(bucket: string): Promise<BucketNotification | undefined>
  /** Replaces all of it. */
  notify(bucket: string, notification: BucketNotification): Promise<void>
  /** Succeeds when the bucket is gone. Throws `conflict` while it holds anything. */
  delete(bucket: string): Promise<void>
}

/** One entry of what a bucket tells of its objects, wherever it tells it. */
export interface NotificationRule {
  readonly id: string
  /** ARN of the queue, topic or function. */
  readonly target: string
  /** Such as `s3:ObjectCreated:*`. */
  readonly events: readonly string[]
  /** Of the key as it is, not as S3 has it written; empty for every key. */
  readonly prefix: string
  readonly suffix: string
}

interface SourceNotifications {
  readonly rules: readonly NotificationRule[]
  /** Whether the bucket tells EventBridge of everything. */
  readonly eventBridge: boolean
}

export interface SourceObject {
  readonly key: string
  readonly sizeBytes: number
  readonly etag: string
  readonly modifiedMs: number
  /** In a class that has to be restored before it can be read, and not restored now. */
  readonly archived: boolean
}

export interface SourcePage {
  readonly objects: readonly SourceObject[]
  /** Whether keys come after the last of these. */
  readonly more: boolean
}

/** A bucket of the user's own. Nothing here writes an object. Every method may throw `invalid`
 *  BUCKET-NONE, REGION-WRONG. */
export interface SourceBucketPort {
  /** Where it is, `undefined` where nobody says, and whether this account has it. */
  look(
    bucket: string,
    accountId: string,
  ): Promise<{ readonly region: string | undefined; readonly owner: 'own' | 'other' }>
  /** At most 1,000 keys behind `after`, in byte order. */
  page(
    bucket: string,
    range: { readonly prefix: string; readonly after: string },
    signal?: AbortSignal,
  ): Promise<SourcePage>
  /** ARN of the key that an object is encrypted with; `undefined` for S3's own. */
  encryptionKey(bucket: string, key: string): Promise<string | undefined>
  notifications(bucket: string): Promise<SourceNotifications>
  /** Adds a rule or replaces the one of its id, and leaves everything else as it is. Throws `conflict`
   *  NOTIFICATION-OVERLAP when S3 refuses it beside the others. */
  addRule(bucket: string, rule: NotificationRule): Promise<void>
  /** Takes away the rule of this id alone. Succeeds when there is none, or no bucket. */
  removeRule(bucket: string, id: string): Promise<void>
}

export interface SecretState {
  readonly arn: string
  /** Set while a deleted secret waits to be removed for good. */
  readonly deletedAtMs: number | undefined
}

export interface SecretPort {
  /** `undefined` when there is none. */
  describe(arn: string): Promise<SecretState | undefined>
  /** Throws `notFound`. */
  read(arn: string): Promise<string>
  write(arn: string, text: string): Promise<void>
  restore(arn: string): Promise<void>
  /** At once, without a recovery window. Succeeds when the secret is gone. */
  delete(arn: string): Promise<void>
}

export interface LogGroup {
  readonly name: string
  readonly storedBytes: number
}

export interface LogLine {
  readonly group: string
  readonly atMs: number
  readonly text: string
}

export interface LogQuery {
  readonly group: string
  readonly startMs: number
  readonly endMs: number | undefined
  /** CloudWatch filter pattern; empty for everything. */
  readonly pattern: string
}

export interface LogsPort {
  groups(prefix: string): Promise<readonly LogGroup[]>
  /** Oldest first. Throws `notFound` when there is no such group. */
  lines(query: LogQuery, signal?: AbortSignal): AsyncIterable<LogLine>
  /** Succeeds when the group is gone. */
  deleteGroup(name: string): Promise<void>
}

interface FunctionResult {
  readonly payload: Uint8Array
  /** Set when the function threw or ran out of time or memory: AWS's word for it. */
  readonly functionError: string | undefined
  /** The last 4 KB of the run's log. */
  readonly logTail: string
  readonly requestId: string | undefined
}

export interface FunctionPort {
  /** Sent once: only throttling is repeated. Throws `notFound`, `tooLarge`, `unavailable` when no answer
   *  came, and then the function may run all the same. A function that failed is a result, not an
   *  exception. */
  invoke(name: string, payload: Uint8Array, signal?: AbortSignal): Promise<FunctionResult>
  /** Returns when Lambda has accepted the event; what became of it is told by what the function writes.
   *  Sent once, as `invoke`. */
  start(name: string, payload: Uint8Array, signal?: AbortSignal): Promise<void>
  mapping(id: string): Promise<'enabled' | 'disabled' | 'changing' | undefined>
  /** Returns before AWS is done: poll `mapping`. */
  setMapping(id: string, state: 'enabled' | 'disabled'): Promise<void>
}

export interface ScheduleState {
  readonly state: 'enabled' | 'disabled'
  /** Set when a teardown disabled it, and not the user who paused it. */
  readonly stoppedBy: 'teardown' | undefined
  readonly expression: string
}

export interface SchedulePort {
  /** `undefined` when there is none. */
  describe(name: string): Promise<ScheduleState | undefined>
  /** Throws `notFound`. */
  set(name: string, state: 'enabled' | 'disabled', by?: 'teardown'): Promise<void>
}

export interface QueueDepth {
  readonly waiting: number
  readonly inFlight: number
}

export interface QueuePort {
  /** About right, as AWS says itself. Throws `notFound`. */
  depth(url: string): Promise<QueueDepth>
  /** At most ten, as one request. Throws `notFound`, and `unavailable` when the queue refused one: all
   *  may be sent again. */
  send(url: string, bodies: readonly string[], signal?: AbortSignal): Promise<void>
  /** Moves the messages that are meant from one queue to another, the copy first: a kill in between leaves
   *  both. The others stay, and are seen again after some minutes. Throws `notFound`. */
  move(
    queues: { readonly from: string; readonly to: string },
    isMeant: (body: string) => boolean,
    signal?: AbortSignal,
  ): Promise<MovedMessages>
}

export interface MovedMessages {
  readonly movedCount: number
  readonly leftCount: number
}

export interface MetricQuery {
  readonly namespace: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly statistic: 'Sum' | 'Average' | 'Maximum'
}

export interface MetricPort {
  /** One number per query over the whole window; `undefined` where AWS has no data. */
  read(
    queries: readonly MetricQuery[],
    window: { readonly startMs: number; readonly endMs: number },
  ): Promise<readonly (number | undefined)[]>
}

export interface TaggedResource {
  readonly arn: string
  readonly component: string | undefined
}

export interface InventoryPort {
  /** Whatever carries the tag, by an index that is minutes late: it goes on listing deleted things. */
  tagged(tag: string, value: string): Promise<readonly TaggedResource[]>
  /** Asks for the thing itself, by its CloudFormation type and the id that CloudFormation knows it by.
   *  `unknown` where AWS does not say, for want of a permission or of a way to ask. */
  look(type: string, id: string): Promise<'there' | 'gone' | 'unknown'>
}

interface ApiProbe {
  readonly status: number
  readonly body: string
}

/** Answers of the deployment's own HTTP API. */
export interface ApiProbePort {
  /** The status of a GET with the key, or without one. Throws `unavailable` when there is no connection. */
  get(url: string, apiKey: string | undefined, signal?: AbortSignal): Promise<ApiProbe>
}

/** Everything the actions of this room use; each takes the part it needs. */
export interface CloudPorts {
  readonly clock: DeployClock
  readonly account: AccountPort
  readonly stacks: StackPort
  readonly buckets: BucketPort
  readonly sourceBuckets: SourceBucketPort
  readonly secrets: SecretPort
  readonly logs: LogsPort
  readonly functions: FunctionPort
  readonly schedules: SchedulePort
  readonly queues: QueuePort
  readonly metrics: MetricPort
  readonly inventory: InventoryPort
  readonly api: ApiProbePort
}
