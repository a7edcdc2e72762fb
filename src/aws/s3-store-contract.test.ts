import { afterAll, beforeAll } from 'vitest'
import { instantClock } from '../stores/testing/instant-clock.ts'
import { objectStoreContract } from '../stores/testing/object-store-contract.ts'
import { retryingStore } from '../stores/retrying-store.ts'
import { seededFractions } from '../stores/testing/seeded-fractions.ts'
import { systemRandom } from '../stores/system-clock.ts'
import { s3Store } from './s3-store.ts'
import { FakeS3, type S3Fault } from './testing/fake-s3.ts'

let s3: FakeS3
let buckets = 0
beforeAll(async () => {
  s3 = await FakeS3.start()
})
afterAll(() => s3.stop())

function newBucket() {
  return s3Store({
    bucket: `bucket-${++buckets}`,
    region: 'us-east-1',
    endpoint: s3.endpoint,
    credentials: () => ({ accessKeyId: 'id', secretAccessKey: 'secret' }),
    clock: instantClock(),
  })
}

objectStoreContract('the S3 store', async () => {
  s3.fault = () => undefined
  return { store: newBucket(), close: () => Promise.resolve() }
})

const CONFLICT: S3Fault = {
  kind: 'answer',
  status: 409,
  code: 'ConditionalRequestConflict',
  performed: false,
}
const LOST_ANSWER: S3Fault = { kind: 'reset', performed: true }
const SLOW_DOWN: S3Fault = { kind: 'answer', status: 503, code: 'SlowDown', performed: false }

objectStoreContract('the retrying store over an S3 that races, throttles and resets', async () => {
  const fractions = seededFractions(17)
  s3.fault = ({ isConditionalWrite }) => {
    const drawn = fractions()
    if (isConditionalWrite && drawn < 0.3) return CONFLICT
    if (drawn < 0.4) return LOST_ANSWER
    return drawn < 0.5 ? SLOW_DOWN : undefined
  }
  const limits = { attemptsMax: 50, pauseMsFirst: 1, pauseMsMax: 2, timeoutMs: 60_000 }
  const settings = { clock: instantClock(), random: systemRandom, ...limits }
  return { store: retryingStore(newBucket(), settings), close: () => Promise.resolve() }
})
