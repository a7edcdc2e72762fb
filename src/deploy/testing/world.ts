import type { BucketEntry, BucketNotification, NotificationRule, SourceObject } from '../ports.ts'

export interface FakeBucket {
  readonly tags: Readonly<Record<string, string>>
  entries: BucketEntry[]
  /** Whether a policy refuses requests without TLS. */
  tlsOnly?: boolean
  notification?: BucketNotification
}

/** A bucket of the user's own. */
export interface FakeSourceBucket {
  region: string
  owner: 'own' | 'other'
  objects: readonly SourceObject[]
  rules: readonly NotificationRule[]
  eventBridge: boolean
}

/** Something that exists or did: what tag search and direct looks go by. */
interface FakeResource {
  readonly arn: string
  readonly type: string
  readonly id: string
  deletedAtMs: number | undefined
}

/** The state that the services of the fake share, and what a test sets on it. */
export class World {
  readonly calls: string[] = []
  /** The next calls by these names throw, first come first served. */
  readonly faults: { call: string; error: Error }[] = []
  nowMs = Date.UTC(2026, 10, 23)
  readonly bucketsByName = new Map<string, FakeBucket>()
  readonly sourceBuckets = new Map<string, FakeSourceBucket>()
  /** Bodies of the messages sent. */
  readonly sent: string[] = []
  readonly templates = new Map<string, string>()
  readonly secretTexts = new Map<string, string>()
  readonly logGroups = new Set<string>()
  readonly keysAccepted = new Set<string>()
  readonly resources: FakeResource[] = []
  schedule: { state: 'enabled' | 'disabled'; stoppedBy: 'teardown' | undefined } = {
    state: 'enabled',
    stoppedBy: undefined,
  }
  upkeepSchedule: 'enabled' | 'disabled' = 'enabled'
  mappingState: 'enabled' | 'disabled' = 'enabled'
  concurrentExecutions = 10
  searcherAnswer = '{"statusCode":200,"body":"{}"}'
  /** The API refuses even a right key so many times. */
  refusalsBeforeKeyWorks = 0
  /** Answers of the API in turn, before it settles; for keys that flap while they spread. */
  flapping: ('accepts' | 'refuses')[] = []
  undeletableKeys: readonly string[] = []
  /** How long AWS's tag search goes on listing what is deleted. */
  tagIndexLagMs = 0
  /** How long queues and functions answer after their deletion. */
  lingerMs = 0
  #serial = 0

  /** Every call of a port begins here. */
  enter(call: string): void {
    this.calls.push(call)
    const position = this.faults.findIndex((fault) => fault.call === call)
    const [fault] = position < 0 ? [] : this.faults.splice(position, 1)
    if (fault !== undefined) throw fault.error
  }

  serial(): number {
    this.#serial++
    return this.#serial
  }
}
