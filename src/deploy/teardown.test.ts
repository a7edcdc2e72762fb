import { describe, expect, test } from 'vitest'
import { QwError } from '../engine/errors.ts'
import type { InventoryPort } from './ports.ts'
import { teardown, type TeardownRequest } from './teardown.ts'
import { husk } from './testing/fake-stacks.ts'
import { InMemoryCloud } from './testing/in-memory-cloud.ts'
import { collect, deployTo, shopInputs } from './testing/sample-deployment.ts'

const REQUEST: TeardownRequest = {
  deployment: 'shop',
  index: 'delete',
  running: 'wait',
  failing: 'stop',
  vouchedBuckets: [],
}
const STAGING = 'qw-lambda-shop-stagingbucket'
const INDEX = 'qw-lambda-shop-indexbucket'

async function deployed(): Promise<InMemoryCloud> {
  const cloud = new InMemoryCloud()
  await deployTo(cloud, shopInputs())
  for (let n = 0; n < 2_500; n++) {
    const entry = { key: `split-${n}`, versionId: `v${n}`, sizeBytes: 10 }
    cloud.bucketsByName.get(INDEX)?.entries.push(entry)
  }
  return cloud
}

describe('teardown', () => {
  test('stops the sources, empties the buckets, deletes the stack and leaves nothing', async () => {
    const cloud = await deployed()
    cloud.logGroups.add('/aws/lambda/qw-lambda-shop-Indexer-1')
    cloud.logGroups.add('/aws/lambda/other')
    cloud.calls.length = 0
    const { result, events } = await collect(teardown(REQUEST, cloud.ports))
    expect(result).toMatchObject({
      leftovers: [],
      kept: [],
      bytesDeleted: 25_000 + artifactBytes(events),
    })
    expect(cloud.stack?.status).toBe('DELETE_COMPLETE')
    expect([...cloud.bucketsByName.keys()]).toEqual([])
    expect([...cloud.logGroups]).toEqual(['/aws/lambda/other'])
    expect([cloud.schedule.state, cloud.mappingState]).toEqual(['disabled', 'disabled'])
    expect(cloud.calls.indexOf('setMapping')).toBeLessThan(cloud.calls.indexOf('deleteEntries'))
  })

  test('leaves the log groups of a deployment whose name begins the same, also when its stack is gone', async () => {
    const cloud = await deployed()
    cloud.logGroups.add('qw-lambda-shop-two-IndexerLogs-1')
    cloud.logGroups.add('qw-lambda-shop-IndexerLogs-1')
    cloud.logGroups.add('/aws/lambda/qw-lambda-shop-two-Indexer-1')
    await collect(teardown(REQUEST, cloud.ports))
    expect([...cloud.logGroups]).toEqual([
      'qw-lambda-shop-two-IndexerLogs-1',
      '/aws/lambda/qw-lambda-shop-two-Indexer-1',
    ])
  })

  test('empties once more when a file lands behind it', async () => {
    const cloud = await deployed()
    cloud.stacks.lateObjects = [{ bucket: STAGING, key: 'late.gz' }]
    const { result } = await collect(teardown(REQUEST, cloud.ports))
    expect(result.leftovers).toEqual([])
    expect(cloud.calls.filter((call) => call === 'delete')).toHaveLength(2)
  })

  test('keeps the index when asked, and takes it when asked again', async () => {
    const cloud = await deployed()
    const { result } = await collect(teardown({ ...REQUEST, index: 'keep' }, cloud.ports))
    expect(result.kept).toEqual([{ type: 'AWS::S3::Bucket', id: INDEX }])
    expect(result.leftovers).toEqual([])
    expect(cloud.bucketsByName.get(INDEX)?.entries).toHaveLength(2_500)
    const again = await collect(teardown(REQUEST, cloud.ports))
    expect(again.result.leftovers).toEqual([])
    expect(cloud.bucketsByName.has(INDEX)).toBe(false)
  })

  test('keeps an index bucket that is still empty, and closed as it was', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    const { result } = await collect(teardown({ ...REQUEST, index: 'keep' }, cloud.ports))
    expect(result.kept).toEqual([{ type: 'AWS::S3::Bucket', id: INDEX }])
    expect(cloud.bucketsByName.get(INDEX)).toMatchObject({ entries: [], tlsOnly: true })
    expect(cloud.stack?.status).toBe('DELETE_COMPLETE')
  })

  test('removes the artifact bucket of a run that was cut off before it set the tags', async () => {
    const cloud = await deployed()
    const [name = ''] = [...cloud.bucketsByName.keys()].filter((each) => each.includes('artifacts'))
    const entries = cloud.bucketsByName.get(name)?.entries ?? []
    cloud.bucketsByName.set(name, { tags: {}, entries })
    const { result } = await collect(teardown(REQUEST, cloud.ports))
    expect(result.leftovers).toEqual([])
    expect(cloud.bucketsByName.has(name)).toBe(false)
  })

  test('takes nothing for left that tag search lists ten minutes longer, nor what answers on', async () => {
    const cloud = new InMemoryCloud()
    const parts = { firehose: true, notifyEmail: 'me@example.org', alarms: 'all' }
    await deployTo(cloud, shopInputs(parts))
    cloud.tagIndexLagMs = 600_000
    cloud.lingerMs = 60_000
    const { result } = await collect(teardown(REQUEST, cloud.ports))
    expect(result.leftovers).toEqual([])
    // The stack is gone by now: its list of resources still answers by its id.
    const again = await collect(teardown(REQUEST, cloud.ports))
    expect(again.result.leftovers).toEqual([])
  })

  test('waits for what answers on after its deletion where no list of a stack tells of it', async () => {
    const cloud = new InMemoryCloud()
    const arn = 'arn:aws:sqs:eu-west-1:123456789012:old'
    const gone = { type: 'AWS::SQS::Queue', id: 'old', arn, deletedAtMs: cloud.nowMs }
    cloud.resources.push(gone)
    cloud.tagIndexLagMs = 600_000
    cloud.lingerMs = 60_000
    const { result, events } = await collect(teardown(REQUEST, cloud.ports))
    expect(result.leftovers).toEqual([])
    expect(events).toContainEqual(expect.objectContaining({ kind: 'waiting' }))
  })

  test('asks for each kind, and reports the one that is really still there', async () => {
    for (const type of ['AWS::ApiGateway::UsagePlan', 'AWS::SNS::Topic', 'AWS::KMS::Key']) {
      const cloud = new InMemoryCloud()
      await deployTo(cloud, shopInputs({ notifyEmail: 'me@example.org' }))
      const [found] = cloud.resources.filter((each) => each.type === type)
      if (found === undefined) throw new Error(`no ${type}`)
      const kept = { ...found, id: `${found.id}x`, arn: `${found.arn}x` }
      cloud.resources.push(kept)
      const { result } = await collect(teardown(REQUEST, cloud.ports))
      expect(result.leftovers).toMatchObject([{ type, arn: kept.arn, reason: 'still there' }])
    }
  })

  test('that was interrupted marks the schedule as stopped by it, and not one that was paused', async () => {
    const cloud = await deployed()
    const expired = new QwError('invalid', 'expired', { code: 'CRED-EXPIRED' })
    cloud.faults.push({ call: 'delete', error: expired })
    await expect(collect(teardown(REQUEST, cloud.ports))).rejects.toThrow('expired')
    expect(cloud.schedule).toEqual({ state: 'disabled', stoppedBy: 'teardown' })
    cloud.schedule = { state: 'disabled', stoppedBy: undefined }
    cloud.faults.push({ call: 'delete', error: expired })
    await expect(collect(teardown(REQUEST, cloud.ports))).rejects.toThrow('expired')
    expect(cloud.schedule).toEqual({ state: 'disabled', stoppedBy: undefined })
  })

  test('refuses to empty a bucket without our tag and touches nothing in it', async () => {
    const cloud = await deployed()
    const entries = cloud.bucketsByName.get(INDEX)?.entries ?? []
    cloud.bucketsByName.set(INDEX, { tags: {}, entries })
    const refused = collect(teardown(REQUEST, cloud.ports))
    await expect(refused).rejects.toMatchObject({ code: 'BUCKET-NOT-OURS' })
    expect(cloud.bucketsByName.get(INDEX)?.entries).toHaveLength(2_500)
    const vouched = { ...REQUEST, vouchedBuckets: [INDEX] }
    const { result } = await collect(teardown(vouched, cloud.ports))
    expect(result.leftovers).toEqual([])
  })

  test('names the object that AWS will not delete', async () => {
    const cloud = await deployed()
    cloud.undeletableKeys = ['split-7']
    await expect(collect(teardown(REQUEST, cloud.ports))).rejects.toMatchObject({
      code: 'BUCKET-NOT-EMPTY',
      message: expect.stringMatching(/split-7: AccessDenied/),
    })
  })

  test('forced, it goes past a bucket that is not ours and removes everything else', async () => {
    const cloud = await deployed()
    const entries = cloud.bucketsByName.get(INDEX)?.entries ?? []
    cloud.bucketsByName.set(INDEX, { tags: {}, entries })
    const startMs = cloud.nowMs
    const { result, events } = await collect(
      teardown({ ...REQUEST, failing: 'passOver' }, cloud.ports),
    )
    // What could not be removed is not waited for.
    expect(cloud.nowMs - startMs).toBeLessThan(60_000)
    expect(cloud.stack?.status).toBe('DELETE_COMPLETE')
    expect(cloud.bucketsByName.get(INDEX)?.entries).toHaveLength(2_500)
    expect([...cloud.bucketsByName.keys()]).toEqual([INDEX])
    expect(result.removed.map(({ id }) => id)).not.toContain(INDEX)
    expect(result.leftovers).toMatchObject([{ reason: expect.stringContaining('tag') }])
    expect(events).toContainEqual(expect.objectContaining({ kind: 'passedOver', id: INDEX }))
  })

  test.each(['setMapping', 'deleteEntries', 'delete', 'deleteBucket'])(
    'forced, a failing call %s does not end it, and expired credentials do',
    async (call) => {
      const forced: TeardownRequest = { ...REQUEST, failing: 'passOver' }
      const cloud = await deployed()
      const denied = new QwError('invalid', 'AWS refuses', { code: 'PERM-MISSING' })
      cloud.faults.push({ call, error: denied })
      const { result } = await collect(teardown(forced, cloud.ports))
      expect(result.leftovers.map(({ reason }) => reason)).toContain('AWS refuses')
      const expired = new QwError('invalid', 'expired', { code: 'CRED-EXPIRED' })
      const other = await deployed()
      other.faults.push({ call, error: expired })
      await expect(collect(teardown(forced, other.ports))).rejects.toMatchObject({
        code: 'CRED-EXPIRED',
      })
    },
  )

  test.each([
    'entries',
    'deleteEntries',
    'delete',
    'events',
    'deleteBucket',
    'tagged',
    'logGroups',
  ])('interrupted at the call %s is finished by running it again', async (call) => {
    const cloud = await deployed()
    const expired = new QwError('invalid', 'expired', { code: 'CRED-EXPIRED' })
    cloud.faults.push({ call, error: expired })
    await expect(collect(teardown(REQUEST, cloud.ports))).rejects.toMatchObject({
      code: 'CRED-EXPIRED',
    })
    const { result } = await collect(teardown(REQUEST, cloud.ports))
    expect(result.leftovers).toEqual([])
    expect([...cloud.bucketsByName.keys()]).toEqual([])
  })

  test('removes what a failed first create left', async () => {
    const cloud = new InMemoryCloud()
    cloud.stack = husk('shop')
    const { result } = await collect(teardown(REQUEST, cloud.ports))
    expect(cloud.stack.status).toBe('DELETE_COMPLETE')
    expect(result.leftovers).toEqual([])
  })

  test('of a deployment that does not exist finds nothing to do', async () => {
    const { result } = await collect(teardown(REQUEST, new InMemoryCloud().ports))
    expect(result).toEqual({
      removed: [],
      kept: [],
      leftovers: [],
      objectsDeleted: 0,
      bytesDeleted: 0,
    })
  })

  test.each([
    [
      'arn:aws:iam::1:role/shop-Role-1',
      'AWS::IAM::Role',
      'aws iam delete-role --role-name shop-Role-1',
    ],
    [
      'arn:aws:logs:eu-west-1:1:log-group:/aws/x',
      'AWS::Logs::LogGroup',
      'aws logs delete-log-group --log-group-name /aws/x',
    ],
    [
      'arn:aws:apigateway:eu-west-1::/restapis/abc',
      'AWS::ApiGateway::RestApi',
      'aws apigateway delete-rest-api --rest-api-id abc',
    ],
    [
      'arn:aws:sns:eu-west-1:1:topic',
      'AWS::SNS::Topic',
      'aws sns delete-topic --topic-arn arn:aws:sns:eu-west-1:1:topic',
    ],
    [
      'arn:aws:newthing:eu-west-1:1:x/y',
      'newthing',
      'aws resourcegroupstaggingapi get-resources --resource-arn-list arn:aws:newthing:eu-west-1:1:x/y',
    ],
  ])('reports %s as left, with a command for it', async (arn, type, command) => {
    const cloud = await deployed()
    const inventory: InventoryPort = {
      tagged: async () => [{ arn, component: undefined }],
      look: async () => 'there',
    }
    const { result } = await collect(teardown(REQUEST, { ...cloud.ports, inventory }))
    expect(result.leftovers).toMatchObject([{ type, command }])
  })
})

function artifactBytes(events: readonly { kind: string }[]): number {
  const last = events.findLast(
    (event): event is { kind: string; bucket: string; bytesDeleted: number } =>
      'bucket' in event && String(event.bucket).includes('-artifacts-'),
  )
  return last?.bytesDeleted ?? 0
}
