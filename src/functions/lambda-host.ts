import { s3Store } from '../aws/s3-store.ts'
import { sqsQueue } from '../aws/sqs-queue.ts'
import type { Clock, ObjectStore, Random } from '../engine/ports.ts'
import { countingStore, type CountingStore } from '../stores/counting-store.ts'
import { retryingStore } from '../stores/retrying-store.ts'
import { systemClock, systemRandom } from '../stores/system-clock.ts'
import type { Invocation, InvocationLog } from './invocation-log.ts'
import {
  flag,
  lambdaCredentials,
  optional,
  required,
  type Environment,
} from './lambda-environment.ts'
import type { WorkQueue } from './queue-turn.ts'

/** The part of Lambda's context that we use. */
export interface LambdaContext {
  readonly awsRequestId: string
  getRemainingTimeInMillis(): number
}

/** What a warm process keeps from one invocation to the next. */
interface LambdaHost {
  readonly clock: Clock
  readonly random: Random
  /** Writes one JSON line with the time, and what the stores did since the invocation began; before it,
   *  where verbose logs are on, one for each request to S3 since the last. */
  readonly log: InvocationLog
  /** The same store for the same bucket. */
  readonly openBucket: (bucket: string) => ObjectStore
  /** Undefined without a URL. */
  readonly openQueue: (url: string | undefined) => WorkQueue | undefined
  /** To be called once at the start of each invocation. */
  readonly begin: (context: LambdaContext) => Invocation
}

/** Tries of one request to S3 and their pauses; throttling passes within a second or two. */
const RETRIES = { attemptsMax: 5, pauseMsFirst: 50, pauseMsMax: 2_000, timeoutMs: 20_000 }

export function makeLambdaHost(env: Environment): LambdaHost {
  const stores = new Map<
    string,
    { readonly counting: CountingStore; readonly store: ObjectStore }
  >()
  const settings = {
    region: required(env, 'AWS_REGION'),
    endpoint: optional(env, 'AWS_ENDPOINT_URL_S3') ?? optional(env, 'AWS_ENDPOINT_URL'),
    credentials: () => lambdaCredentials(env),
    clock: systemClock,
  }
  const isVerbose = flag(env, 'QW_LAMBDA_ENABLE_VERBOSE_JSON_LOGS')
  let requestId = ''
  const write = (fields: Readonly<Record<string, unknown>>): void => {
    const time = new Date(systemClock.nowMs()).toISOString()
    process.stdout.write(`${JSON.stringify({ time, request_id: requestId, ...fields })}\n`)
  }
  /** Requests of this invocation that a line was written about, by store. */
  let toldCounts = new Map<CountingStore, number>()
  const tellRequests = (counting: CountingStore): void => {
    for (const { verb, key, range, bytes } of counting.requests.slice(toldCounts.get(counting))) {
      write({ event: 'request', verb, key, ...range, bytes })
    }
    toldCounts.set(counting, counting.requests.length)
  }
  return {
    clock: systemClock,
    random: systemRandom,
    log(fields) {
      const counted = [...stores.values()].map(({ counting }) => counting)
      if (isVerbose) counted.forEach(tellRequests)
      write({ ...fields, ...storeUse(counted) })
    },
    openBucket(bucket) {
      const open = stores.get(bucket)
      if (open !== undefined) return open.store
      // Counted below the retries: every try is a request that S3 charges for.
      const counting = countingStore(s3Store({ bucket, ...settings }))
      const store = retryingStore(counting, {
        clock: systemClock,
        random: systemRandom,
        ...RETRIES,
      })
      stores.set(bucket, { counting, store })
      return store
    },
    openQueue(url) {
      if (url === undefined) return undefined
      const endpoint = optional(env, 'AWS_ENDPOINT_URL_SQS') ?? optional(env, 'AWS_ENDPOINT_URL')
      return sqsQueue({ ...settings, url, endpoint })
    },
    begin(context) {
      for (const { counting } of stores.values()) counting.reset()
      toldCounts = new Map()
      requestId = context.awsRequestId
      return {
        requestId,
        deadlineMs: systemClock.nowMs() + context.getRemainingTimeInMillis(),
      }
    },
  }
}

/** Requests to S3 and bytes of content moved by them. */
function storeUse(stores: readonly CountingStore[]): Record<string, number> {
  const use = { reads: 0, read_bytes: 0, writes: 0, written_bytes: 0 }
  for (const { verb, bytes } of stores.flatMap(({ requests }) => requests)) {
    if (verb === 'put' || verb === 'delete') {
      use.writes++
      use.written_bytes += bytes
    } else {
      use.reads++
      use.read_bytes += bytes
    }
  }
  return use
}
