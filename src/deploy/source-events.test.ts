import { beforeEach, describe, expect, test } from 'vitest'
import { isQwError, QwError } from '../engine/errors.ts'
import type { DeployEvent } from './events.ts'
import type { NotificationRule } from './ports.ts'
import { overlapping, settleSource } from './source-events.ts'
import { readStatus } from './status.ts'
import { teardown, type TeardownResult } from './teardown.ts'
import { InMemoryCloud } from './testing/in-memory-cloud.ts'
import { collect, deployTo, shopInputs } from './testing/sample-deployment.ts'
import type { FakeSourceBucket } from './testing/world.ts'

/** What the owner of the bucket has set up: none of it may ever change. */
const THEIRS: readonly NotificationRule[] = [
  {
    id: 'thumbnails',
    target: 'arn:aws:lambda:eu-west-1:123456789012:function:thumbnails',
    events: ['s3:ObjectCreated:*'],
    prefix: 'images/',
    suffix: '.jpg',
  },
  {
    id: 'audit',
    target: 'arn:aws:sns:eu-west-1:123456789012:audit',
    events: ['s3:ObjectRemoved:*'],
    prefix: '',
    suffix: '',
  },
]
const OURS = expect.objectContaining({
  id: 'qw-lambda-shop',
  target: expect.stringMatching(/^arn:aws:sqs:eu-west-1:123456789012:/),
  events: ['s3:ObjectCreated:*'],
  prefix: 'logs/2026 a=b/',
}) as unknown

let cloud: InMemoryCloud
beforeEach(() => {
  cloud = new InMemoryCloud()
  addBucket('their-data')
})

function addBucket(name: string, facts: Partial<FakeSourceBucket> = {}): FakeSourceBucket {
  const bucket: FakeSourceBucket = {
    region: 'eu-west-1',
    owner: 'own',
    objects: [],
    rules: THEIRS,
    eventBridge: false,
    ...facts,
  }
  cloud.sourceBuckets.set(name, bucket)
  return bucket
}

function bucket(name = 'their-data'): FakeSourceBucket {
  return cloud.sourceBuckets.get(name) ?? addBucket(name)
}

/** As the command does: first what is decided, then the deployment. */
async function follow(config: Readonly<Record<string, unknown>> = {}): Promise<DeployEvent[]> {
  const inputs = shopInputs({
    sourceBucket: 'their-data',
    sourcePrefix: 'logs/2026 a=b/',
    sourceEvents: 'auto',
    generator: false,
    ...config,
  })
  const stack = await cloud.stacks.describe('qw-lambda-shop')
  const request = { config: inputs.config, stack, accountId: '123456789012' }
  const settled = await settleSource(request, cloud.ports.sourceBuckets)
  return [...(await deployTo(cloud, { ...inputs, config: settled })).events]
}

async function remove(failing: 'stop' | 'passOver' = 'stop'): Promise<TeardownResult> {
  const request = {
    deployment: 'shop',
    index: 'delete' as const,
    running: 'wait' as const,
    failing,
    vouchedBuckets: [],
  }
  return (await collect(teardown(request, cloud.ports))).result
}

const status = async () => await readStatus('shop', cloud.ports)

describe('following a bucket of the user’s own', () => {
  test('puts one entry beside those that are there, and a second deployment changes nothing', async () => {
    await follow()
    expect(bucket().rules).toEqual([...THEIRS, OURS])
    cloud.calls.length = 0
    await follow()
    expect(cloud.calls).not.toContain('addRule')
    expect(cloud.calls).not.toContain('lookAtSource')
    expect(bucket().rules).toEqual([...THEIRS, OURS])
  })

  test('an entry that somebody took away is shown by status and put back by deploy', async () => {
    await follow()
    bucket().rules = THEIRS
    expect((await status()).source?.standing).toBe('missing')
    expect((await status()).warnings.map(({ code }) => code)).toContain('SOURCE-OFF')
    const events = await follow()
    expect(events).toContainEqual({
      kind: 'followed',
      bucket: 'their-data',
      prefix: 'logs/2026 a=b/',
    })
    expect((await status()).source?.standing).toBe('set')
  })

  test('who may not look at the bucket gets the rest of the status', async () => {
    await follow()
    const error = new QwError('invalid', 'denied', { code: 'PERM-MISSING' })
    cloud.faults.push({ call: 'sourceNotifications', error })
    expect((await status()).source?.standing).toBe('unread')
  })

  test('where the bucket tells EventBridge, a rule of the stack listens and the bucket is left alone', async () => {
    bucket().eventBridge = true
    await follow()
    expect(bucket().rules).toEqual(THEIRS)
    expect(cloud.calls).not.toContain('addRule')
    const made = await cloud.stacks.resources(cloud.stack?.stackId ?? '')
    expect(made.map(({ logicalId }) => logicalId)).toContain('SourceRule')
    bucket().eventBridge = false
    expect((await status()).source?.standing).toBe('missing')
  })

  test('when the bucket has begun to tell EventBridge, the rule comes first and the entry goes then', async () => {
    await follow()
    bucket().eventBridge = true
    const events = await follow()
    expect(bucket().rules).toEqual(THEIRS)
    const kinds = events.map((event) => (event.kind === 'phase' ? event.phase : event.kind))
    expect(kinds.lastIndexOf('apply')).toBeLessThan(kinds.indexOf('unfollowed'))
  })

  test('another bucket takes its place: the first one is left before the stack changes', async () => {
    await follow()
    addBucket('other-data')
    cloud.calls.length = 0
    await follow({ sourceBucket: 'other-data' })
    expect(bucket('their-data').rules).toEqual(THEIRS)
    expect(bucket('other-data').rules).toEqual([...THEIRS, OURS])
    expect(cloud.calls.indexOf('removeRule')).toBeLessThan(cloud.calls.indexOf('executeChangeSet'))
  })

  test('without following any more the entry goes, and the right to read stays', async () => {
    await follow()
    await follow({ sourceEvents: 'none' })
    expect(bucket().rules).toEqual(THEIRS)
    expect(cloud.stack?.parameters['SourceBucket']).toBe('their-data')
  })
})

describe('what S3 would refuse is refused before anything is made', () => {
  test('an entry of others that tells of the same keys, by name and with the way out', async () => {
    bucket().rules = [{ ...THEIRS[0], prefix: 'logs/' } as NotificationRule]
    const error = await follow().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'NOTIFICATION-OVERLAP' })
    expect(isQwError(error) && error.message).toContain('function:thumbnails')
    expect(isQwError(error) && error.message).toContain('beginning with logs/ and ending in .jpg')
    expect(isQwError(error) && error.fix).toContain('EventBridge')
    expect(cloud.calls).not.toContain('createChangeSet')
  })

  test.each([
    ['in another Region', { region: 'us-west-2' }, 'REGION-WRONG'],
    ['of another account', { owner: 'other' as const }, 'SOURCE-EVENTS'],
  ])('a bucket %s', async (_what, facts, code) => {
    addBucket('their-data', facts)
    await expect(follow()).rejects.toMatchObject({ code })
    expect(cloud.calls).not.toContain('createChangeSet')
  })

  test('a bucket that does not tell EventBridge, for who asks for its rule', async () => {
    await expect(follow({ sourceEvents: 'eventbridge' })).rejects.toMatchObject({
      code: 'SOURCE-EVENTS',
    })
  })

  test.each([
    ['logs/', 's3:ObjectCreated:*', true],
    ['logs/app/', 's3:ObjectCreated:Put', true],
    ['', 's3:ObjectCreated:CompleteMultipartUpload', true],
    ['', 's3:ObjectRemoved:*', false],
    ['images/', 's3:ObjectCreated:*', false],
    ['logs2/', 's3:ObjectCreated:*', false],
  ])('beside one of `%s` for %s: %s', (prefix, event, overlaps) => {
    const rule: NotificationRule = { id: 'a', target: 'q', events: [event], prefix, suffix: '' }
    const found = overlapping([rule], { id: 'ours', prefix: 'logs/' })
    expect(found !== undefined).toBe(overlaps)
    expect(overlapping([rule], { id: 'a', prefix: 'logs/' })).toBeUndefined()
  })
})

describe('teardown', () => {
  test('takes our entry away alone', async () => {
    await follow()
    expect((await remove()).leftovers).toEqual([])
    expect(bucket().rules).toEqual(THEIRS)
  })

  test.each(['removeRule', 'setMapping', 'entries', 'delete', 'deleteBucket', 'tagged'])(
    'interrupted at %s and run again, it has taken our entry away alone',
    async (call) => {
      await follow()
      cloud.faults.push({ call, error: new QwError('unavailable', 'cut off') })
      await expect(remove()).rejects.toThrow('cut off')
      expect((await remove()).leftovers).toEqual([])
      expect(bucket().rules).toEqual(THEIRS)
    },
  )

  test('forced past a bucket that refuses, it says what is left; the next one takes it though the stack is gone', async () => {
    await follow()
    const error = new QwError('invalid', 'denied', { code: 'PERM-MISSING' })
    cloud.faults.push({ call: 'removeRule', error })
    const { leftovers } = await remove('passOver')
    expect(leftovers).toMatchObject([{ arn: 'their-data', reason: 'denied' }])
    expect(await cloud.stacks.describe('qw-lambda-shop')).toBeUndefined()
    expect((await remove()).leftovers).toEqual([])
    expect(bucket().rules).toEqual(THEIRS)
  })

  test('interrupted, the next deployment follows the bucket again', async () => {
    await follow()
    cloud.faults.push({ call: 'setMapping', error: new QwError('unavailable', 'cut off') })
    await expect(remove()).rejects.toThrow('cut off')
    expect(bucket().rules).toEqual(THEIRS)
    await follow()
    expect(bucket().rules).toEqual([...THEIRS, OURS])
  })

  test('of a bucket that is gone itself ends as any other', async () => {
    await follow()
    cloud.sourceBuckets.clear()
    expect((await remove()).leftovers).toEqual([])
  })
})
