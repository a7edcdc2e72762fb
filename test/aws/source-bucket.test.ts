import { gzipSync } from 'node:zlib'
import {
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { GetQueueAttributesCommand, CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { Desk, tagBuckets } from './cli-desk.ts'
import { createBucket, openBucket, REGION } from './cloud.ts'

const NAME = 'shop-trail'
const PREFIX = 'AWSLogs/123456789012/CloudTrail/'

/** Two records, as CloudTrail packs them into one object. */
function trail(id: number): Buffer {
  const record = (name: string) => ({
    eventVersion: '1.08',
    eventTime: '2026-11-26T10:00:00Z',
    eventSource: 'ec2.amazonaws.com',
    eventName: name,
    awsRegion: 'us-east-1',
    eventID: `${id}-${name}`,
    userIdentity: { type: 'IAMUser', userName: 'ada' },
  })
  return gzipSync(JSON.stringify({ Records: [record('StartInstances'), record('StopInstances')] }))
}

describe('a bucket of the user’s own', () => {
  let desk: Desk
  let bucket: string
  let own: string[] = []
  const config = {
    endpoint: inject('awsEndpoint'),
    region: REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  const s3 = new S3Client(config)
  const put = (key: string, bytes: Buffer) =>
    openBucket(bucket).put(key, bytes, { condition: { kind: 'always' } })
  const rules = async () => {
    const command = new GetBucketNotificationConfigurationCommand({ Bucket: bucket })
    return ((await s3.send(command)).QueueConfigurations ?? []).map(({ Id }) => Id)
  }
  const from = () => `s3://${bucket}/${PREFIX}`
  const found = async (query: string): Promise<number> => {
    const { stdout, stderr, exitCode } = await desk.run(
      'search',
      query,
      '--count',
      '--via',
      'direct',
    )
    expect(exitCode, stderr).toBe(0)
    return Number(stdout)
  }
  const INIT = ['init', '--target', 'aws', '--name', NAME, '--region', REGION, '--no-api', '-y']
  const init = (...more: string[]) => [...INIT, '--data', 's3', '--from', from(), ...more]

  beforeAll(async () => {
    desk = new Desk()
    bucket = await createBucket('their-trail')
    const sqs = new SQSClient(config)
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'theirs' }))
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    )
    const theirs = {
      Id: 'theirs',
      QueueArn: Attributes?.['QueueArn'] ?? '',
      Events: ['s3:ObjectCreated:*' as const],
      Filter: { Key: { FilterRules: [{ Name: 'prefix' as const, Value: 'images/' }] } },
    }
    const NotificationConfiguration = { QueueConfigurations: [theirs] }
    await s3.send(
      new PutBucketNotificationConfigurationCommand({ Bucket: bucket, NotificationConfiguration }),
    )
    for (const id of [1, 2, 3]) await put(`${PREFIX}2026/11/trail ${id}.json.gz`, trail(id))
    await put(`${PREFIX}_SUCCESS`, Buffer.from('none'))
    await put(`${PREFIX}2026/11/.keep`, Buffer.from('none'))
  })
  afterAll(async () => {
    await desk.run('teardown', '--confirm', NAME)
    desk.remove()
  })

  test('is counted and priced before anything is made, with the mapping that its objects tell', async () => {
    const run = await desk.run(...init('--no-deploy'))
    expect(run.exitCode, run.stderr).toBe(0)
    expect(run.stderr).toContain('3 objects')
    expect(run.stderr).toContain('S3 listing')
    expect(run.stderr).toContain(`Nothing is written to ${bucket}`)
    expect(run.stderr).toContain('eventName')
    expect(JSON.parse(desk.read('qw-lambda.json'))).toMatchObject({
      deployment: { sourceBucket: bucket, sourcePrefix: PREFIX, sourceEvents: 'auto' },
    })
    expect(await rules()).toEqual(['theirs'])
  })

  test('is indexed where it is, object by object, and not again', async () => {
    const { outputs } = (await desk.json('deploy', '-y')) as {
      readonly outputs?: Readonly<Record<string, string>>
    }
    own = [outputs?.['index_bucket'] ?? '', outputs?.['staging_bucket'] ?? '']
    const handOver = ['ingest', `s3://${bucket}/${PREFIX}`, '-y']
    expect(await desk.failure(...handOver.filter((flag) => flag !== '-y'))).toMatchObject({
      code: 'QWL-CONFIRM',
    })
    expect(await desk.json(...handOver)).toMatchObject({ sources: [{ status: 'done' }] })
    expect(await found('eventName:StartInstances')).toBe(3)
    expect(await desk.json(...handOver)).toMatchObject({ sources: [{ status: 'skipped' }] })
    expect(await found('*')).toBe(6)
  })

  test('tells the queue of new objects beside what it told before', async () => {
    expect(await rules()).toEqual(['theirs', `qw-lambda-${NAME}`])
    expect(await desk.json('status')).toMatchObject({ ingest: { source: { state: 'set' } } })
    await put(`${PREFIX}2026/11/late trail 4.json.gz`, trail(4))
    await expect.poll(() => found('*'), { timeout: 45_000, interval: 2_000 }).toBe(8)
  })

  test('is left by teardown as it was, and nothing was written to it', async () => {
    await tagBuckets(NAME, own)
    expect(await desk.json('teardown', '--confirm', NAME)).toMatchObject({ leftovers: [] })
    expect(await rules()).toEqual(['theirs'])
    const keys: string[] = []
    for await (const { key } of openBucket(bucket).list('')) keys.push(key)
    expect(keys).toHaveLength(6)
  })

  test('is one command away from hits', async () => {
    const other = new Desk()
    const name = 'other-trail'
    try {
      const there = INIT.map((word) => (word === NAME ? name : word))
      const run = await other.run(...there, '--data', 's3', '--from', from())
      expect(run.exitCode, run.stderr).toBe(0)
      expect(run.stdout).toContain('StartInstances')
      expect(run.stderr).toContain('of 8 hits')
    } finally {
      await other.run('teardown', '--confirm', name)
      other.remove()
    }
  }, 120_000)
})
