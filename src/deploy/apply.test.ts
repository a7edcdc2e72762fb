import { describe, expect, test } from 'vitest'
import { QwError } from '../engine/errors.ts'
import { applyPlan, previewPlan } from './apply.ts'
import { operationToken } from './change-set.ts'
import type { DeployEvent } from './events.ts'
import { preflight } from './check.ts'
import { emptyStack, husk } from './testing/fake-stacks.ts'
import { InMemoryCloud } from './testing/in-memory-cloud.ts'
import { collect, deployTo, planFor, shopInputs } from './testing/sample-deployment.ts'
import { verifyDeployment } from './verify.ts'
import { readApiKey } from './api-key.ts'
import { readStatus } from './status.ts'
import { teardown } from './teardown.ts'

const BUSY = new QwError('conflict', 'another change is running', { code: 'STACK-BUSY' })
const THROTTLED = new QwError('unavailable', 'Rate exceeded', { code: 'THROTTLED' })
const EXPIRED = new QwError('invalid', 'the login has run out', {
  code: 'CRED-EXPIRED',
  fix: 'aws sso login',
})

describe('a first deployment', () => {
  test('puts the zips and the template by their content, then makes every resource', async () => {
    const cloud = new InMemoryCloud()
    const plan = await planFor(cloud, shopInputs())
    const { state, events } = await deployTo(cloud, shopInputs())
    expect(state.status).toBe('CREATE_COMPLETE')
    expect(state.outputs['ApiUrl']).toBe('https://api/v1')
    const stored = cloud.bucketsByName.get(plan.artifactBucket)?.entries.map(({ key }) => key)
    expect(stored).toEqual(plan.artifacts.map(({ key }) => key))
    const made = events.filter((event) => event.kind === 'resource').map((event) => event.logicalId)
    expect(made.toSorted()).toEqual(plan.resources.map(({ logicalId }) => logicalId).toSorted())
  })

  test('without API and sample data makes neither', async () => {
    const { state } = await deployTo(
      new InMemoryCloud(),
      shopInputs({ api: false, generator: false }),
    )
    expect(state.outputs['ApiUrl']).toBeUndefined()
    expect(state.outputs['GeneratorSchedule']).toBeUndefined()
  })

  test('tells the first real cause of a failure and not the resources cancelled by it', async () => {
    const cloud = new InMemoryCloud()
    const reason = 'User: dev is not authorized to perform: iam:CreateRole on resource: x'
    cloud.stacks.failing = { IndexerRole: reason }
    const events: DeployEvent[] = []
    const plan = await planFor(cloud, shopInputs())
    const failed = collect(
      applyPlan(plan, cloud.ports, { replaceHusk: async () => false, replaceBuckets: 'refused' }),
      events,
    )
    await expect(failed).rejects.toMatchObject({
      code: 'PERM-MISSING',
      message: expect.stringContaining('IndexerRole'),
      fix: expect.stringContaining('--print-policy'),
    })
    const failures = events.filter((event) => event.kind === 'failure')
    expect(failures).toEqual([
      { kind: 'failure', logicalId: 'IndexerRole', type: 'AWS::IAM::Role', reason },
    ])
  })

  test('that failed can simply be run again', async () => {
    const cloud = new InMemoryCloud()
    cloud.stacks.failing = { Queue: 'Internal failure' }
    await expect(deployTo(cloud, shopInputs())).rejects.toMatchObject({ code: 'STACK-FAILED' })
    cloud.stacks.failing = {}
    const { state } = await deployTo(cloud, shopInputs())
    expect(state.status).toBe('CREATE_COMPLETE')
  })

  test('asks before it replaces what an earlier failed create left', async () => {
    const cloud = new InMemoryCloud()
    cloud.stack = husk('shop')
    await expect(deployTo(cloud, shopInputs())).rejects.toMatchObject({ code: 'CONFIRM' })
    expect(cloud.stack.status).toBe('ROLLBACK_COMPLETE')
    const { state } = await deployTo(cloud, shopInputs(), { replaceHusk: async () => true })
    expect(state.status).toBe('CREATE_COMPLETE')
  })

  test('refuses a stack of that name that is somebody else’s', async () => {
    const cloud = new InMemoryCloud()
    cloud.stack = emptyStack('qw-lambda-shop', 'arn:stack/other')
    cloud.stack.status = 'CREATE_COMPLETE'
    await expect(deployTo(cloud, shopInputs())).rejects.toMatchObject({ code: 'STACK-NOT-OURS' })
    expect(cloud.calls).not.toContain('createChangeSet')
  })

  test('waits for a failed create of its own that is still removing itself', async () => {
    const cloud = new InMemoryCloud()
    const failing = { Queue: 'Internal failure' }
    cloud.stacks.failing = failing
    await expect(deployTo(cloud, shopInputs())).rejects.toMatchObject({ code: 'STACK-FAILED' })
    const { stack } = cloud
    if (stack === undefined) throw new Error('the fake forgot the stack')
    Object.assign(stack, {
      status: 'DELETE_IN_PROGRESS',
      pollsLeft: 3,
      finish: () => 'DELETE_COMPLETE',
      changedMs: cloud.nowMs - 60_000,
      tags: { 'qw-lambda:deployment': 'shop' },
    })
    cloud.stacks.failing = {}
    const { state, events } = await deployTo(cloud, shopInputs())
    expect(events[0]).toMatchObject({ kind: 'attached' })
    expect(state.status).toBe('CREATE_COMPLETE')
  })

  test('refuses an artifact bucket without our tag', async () => {
    const cloud = new InMemoryCloud()
    const { artifactBucket } = await planFor(cloud, shopInputs())
    const theirs = { key: 'holiday.jpg', versionId: undefined, sizeBytes: 1 }
    cloud.bucketsByName.set(artifactBucket, { tags: {}, entries: [theirs] })
    await expect(deployTo(cloud, shopInputs())).rejects.toMatchObject({ code: 'BUCKET-NOT-OURS' })
    expect(cloud.calls).not.toContain('put')
  })

  test('adopts the artifact bucket of a run that was cut off before it set the tags', async () => {
    const cloud = new InMemoryCloud()
    const { artifactBucket } = await planFor(cloud, shopInputs())
    cloud.bucketsByName.set(artifactBucket, { tags: {}, entries: [] })
    const { state } = await deployTo(cloud, shopInputs())
    expect(state.status).toBe('CREATE_COMPLETE')
    const adopted = cloud.bucketsByName.get(artifactBucket)
    expect(adopted?.tags).toMatchObject({ 'qw-lambda:deployment': 'shop' })
    expect(adopted?.tlsOnly).toBe(true)
  })

  test('leaves it to the one below to send a zip again that broke off', async () => {
    const cloud = new InMemoryCloud()
    const broken = new QwError('unavailable', 'socket hang up', { code: 'NETWORK' })
    cloud.faults.push({ call: 'put', error: broken })
    await expect(deployTo(cloud, shopInputs())).rejects.toMatchObject({ code: 'NETWORK' })
    expect(cloud.calls.filter((call) => call === 'put')).toHaveLength(1)
  })

  test.each(['ApiStage', 'UsagePlanKeyA', 'SearcherErrorAlarm', 'IndexBucketPolicy'])(
    'that fails as late as %s leaves nothing: no data was there yet to hold it back',
    async (late) => {
      const cloud = new InMemoryCloud()
      cloud.stacks.failing = { [late]: 'Internal failure' }
      await expect(deployTo(cloud, shopInputs())).rejects.toMatchObject({ code: 'STACK-FAILED' })
      expect(cloud.stack?.status).toBe('DELETE_COMPLETE')
      expect([...cloud.bucketsByName.keys()]).toEqual([expect.stringContaining('-artifacts-')])
    },
  )

  test('whose own key another API of the account has already says so', async () => {
    const cloud = new InMemoryCloud()
    cloud.stacks.failing = { ApiKeyA: 'API Key already exists (Service: ApiGateway, Status: 409)' }
    const apiKey = 'mineMineMineMineMine42'
    await expect(deployTo(cloud, shopInputs({}, { apiKey }))).rejects.toMatchObject({
      code: 'KEY-TAKEN',
      fix: expect.stringContaining('give one of your own that is new'),
    })
  })

  test('waits while AWS still holds the name of the artifact bucket', async () => {
    const cloud = new InMemoryCloud()
    const held = new QwError('unavailable', 'held', { code: 'BUCKET-NAME-BUSY' })
    cloud.faults.push({ call: 'createBucket', error: held })
    const { state, events } = await deployTo(cloud, shopInputs())
    expect(state.status).toBe('CREATE_COMPLETE')
    expect(events).toContainEqual(expect.objectContaining({ kind: 'waiting', elapsedMs: 0 }))
  })
})

describe('a further deployment', () => {
  test('with no change costs nine calls with its check and verification', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    const plan = await planFor(cloud, shopInputs())
    cloud.calls.length = 0
    const found = await preflight('shop', cloud.ports)
    const options = { replaceHusk: async () => false, replaceBuckets: 'refused' } as const
    const seen = { state: found.stack, atMs: cloud.nowMs }
    const { result: state, events } = await collect(
      applyPlan(plan, cloud.ports, { ...options, seen }),
    )
    const key = await readApiKey(state, cloud.ports.secrets)
    const api = { url: 'https://api/v1', key, age: 'known' } as const
    const request = { searcher: 'searcher', api }
    await collect(verifyDeployment(request, cloud.ports))
    expect(events).toEqual([{ kind: 'unchanged' }])
    const checked = ['identity', 'describe', 'describeSecret']
    const running = ['mapping', 'bucketNotification', 'describeSchedule', 'describeSchedule']
    expect(cloud.calls).toEqual([...checked, ...running, 'readSecret', 'invoke', 'callApi'])
  })

  test('back to an earlier configuration is a change like any other', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    await deployTo(cloud, shopInputs({ alarms: 'all' }))
    const { state, events } = await deployTo(cloud, shopInputs())
    const { hash } = await planFor(cloud, shopInputs())
    expect(state.outputs['DeployHash']).toBe(hash)
    expect(events).toContainEqual(expect.objectContaining({ kind: 'changes' }))
  })

  test('that was rolled back can be tried again once its cause is gone', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    cloud.stacks.failing = { QueueAgeAlarm: 'Internal failure' }
    await expect(deployTo(cloud, shopInputs({ alarms: 'all' }))).rejects.toThrow('QueueAgeAlarm')
    expect(cloud.stack?.status).toBe('UPDATE_ROLLBACK_COMPLETE')
    cloud.stacks.failing = {}
    const { state } = await deployTo(cloud, shopInputs({ alarms: 'all' }))
    expect(state.parameters['Alarms']).toBe('all')
    expect(state.status).toBe('UPDATE_COMPLETE')
  })

  test('starts again what an interrupted teardown stopped, and says what', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    const bucket = cloud.bucketsByName.get('qw-lambda-shop-stagingbucket')
    const expected = bucket?.notification
    cloud.mappingState = 'disabled'
    cloud.schedule = { state: 'disabled', stoppedBy: 'teardown' }
    cloud.upkeepSchedule = 'disabled'
    if (bucket !== undefined) bucket.notification = { targets: [], others: 0 }
    const status = await readStatus('shop', cloud.ports)
    expect(status.warnings.map(({ code }) => code)).toEqual([
      'INDEXING-OFF',
      'NOTIFICATION-OFF',
      'UPKEEP-OFF',
      'SCHEDULE-OFF',
    ])
    const { events } = await deployTo(cloud, shopInputs())
    const mended = Array.from({ length: 4 }, () => 'mended')
    expect(events.map(({ kind }) => kind)).toEqual(['unchanged', ...mended])
    expect(cloud.upkeepSchedule).toBe('enabled')
    expect(cloud.mappingState).toBe('enabled')
    expect(cloud.schedule).toEqual({ state: 'enabled', stoppedBy: undefined })
    expect(bucket?.notification).toEqual(expected)
    expect((await readStatus('shop', cloud.ports)).warnings).toEqual([])
    const again = await deployTo(cloud, shopInputs())
    expect(again.events).toEqual([{ kind: 'unchanged' }])
  })

  test('a backlog that its files may not outlive is said, with what to raise', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    const ports = {
      ...cloud.ports,
      queues: { ...cloud.ports.queues, depth: async () => ({ waiting: 9, inFlight: 0 }) },
      metrics: { read: async () => [2.5 * 86_400] },
    }
    const { oldestSeconds, warnings } = await readStatus('shop', ports)
    expect(oldestSeconds).toBe(216_000)
    expect(warnings).toContainEqual({
      code: 'BACKLOG-OLD',
      message: 'files wait for 2.5 days, and are deleted after 4',
      fix: expect.stringContaining('indexerConcurrency'),
    })
  })

  test('with a change starts it again as well, and not what the user has paused', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    await cloud.ports.schedules.set('schedule', 'disabled')
    cloud.mappingState = 'disabled'
    await deployTo(cloud, shopInputs({ alarms: 'all' }))
    expect(cloud.mappingState).toBe('enabled')
    expect(cloud.schedule.state).toBe('disabled')
  })

  test('uploads only what changed', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    const inputs = shopInputs()
    const zips = { ...inputs.zips, searcher: Buffer.from('better searcher code') }
    const { events } = await deployTo(cloud, { ...inputs, zips })
    const uploads = events.filter((event) => event.kind === 'upload' && event.state === 'done')
    expect(uploads).toHaveLength(1)
  })

  test('leaves a paused generator paused', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    await cloud.ports.schedules.set('schedule', 'disabled')
    const { state } = await deployTo(cloud, shopInputs({ alarms: 'all' }))
    expect(state.parameters['GeneratorState']).toBe('DISABLED')
  })

  test('keeps the user’s own key without being told it again', async () => {
    const cloud = new InMemoryCloud()
    const apiKey = 'mineMineMineMineMine42'
    await deployTo(cloud, shopInputs({}, { apiKey }))
    const { state } = await deployTo(cloud, shopInputs({ alarms: 'all' }))
    expect(cloud.stack?.parameters['ApiKey']).toBe(apiKey)
    expect(await readApiKey(state, cloud.ports.secrets)).toBe(apiKey)
  })

  test('survives throttled polls and says why nothing moves', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    for (let times = 0; times < 12; times++) cloud.faults.push({ call: 'events', error: THROTTLED })
    const { state, events } = await deployTo(cloud, shopInputs({ alarms: 'all' }))
    expect(state.status).toBe('UPDATE_COMPLETE')
    const waits = events.filter((event) => event.kind === 'waiting')
    expect(waits.some(({ what }) => what.includes('throttling'))).toBe(true)
  })

  test('whose credentials run out in the middle goes on where AWS is when it is run again', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    cloud.stacks.pollsToFinish = 4
    cloud.faults.push({ call: 'events', error: EXPIRED })
    await expect(deployTo(cloud, shopInputs({ alarms: 'all' }))).rejects.toMatchObject({
      code: 'CRED-EXPIRED',
      message: expect.stringContaining('AWS goes on'),
    })
    const { state, events } = await deployTo(cloud, shopInputs({ alarms: 'all' }))
    expect(events[0]).toMatchObject({ kind: 'attached' })
    expect(state.status).toBe('UPDATE_COMPLETE')
  })

  test('by somebody else at the same time is refused while the first one runs', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    cloud.stacks.pollsToFinish = 4
    cloud.faults.push({ call: 'events', error: EXPIRED })
    await expect(deployTo(cloud, shopInputs({ alarms: 'all' }))).rejects.toThrow()
    const other = deployTo(cloud, shopInputs({ alarms: 'none' }))
    await expect(other).rejects.toMatchObject({ kind: 'conflict', code: 'STACK-BUSY' })
  })

  test('goes on when what was in its way has ended by the time that it looks', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    cloud.faults.push({ call: 'createChangeSet', error: BUSY })
    cloud.faults.push({ call: 'executeChangeSet', error: BUSY })
    const { state } = await deployTo(cloud, shopInputs({ alarms: 'all' }))
    expect(state.status).toBe('UPDATE_COMPLETE')
    expect(state.parameters['Alarms']).toBe('all')
  })

  test('is refused when something stands in its way that is never seen', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    for (let times = 0; times < 20; times++) {
      cloud.faults.push({ call: 'createChangeSet', error: BUSY })
    }
    const never = deployTo(cloud, shopInputs({ alarms: 'all' }))
    await expect(never).rejects.toMatchObject({ kind: 'conflict', code: 'STACK-BUSY' })
  })

  test('has a name of its own, also when another begins in the same millisecond', () => {
    const clock = { nowMs: () => 0, sleep: async () => undefined }
    expect(operationToken('shop', clock)).not.toBe(operationToken('shop', clock))
  })

  test('is previewed without changing the stack', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    const plan = await planFor(cloud, shopInputs({ alarms: 'all' }))
    const { result } = await collect(previewPlan(plan, cloud.ports))
    expect(result.changes.map(({ action, logicalId }) => `${action} ${logicalId}`)).toEqual([
      'modify Indexer',
      'add QueueAgeAlarm',
      'add GeneratorErrorAlarm',
    ])
    expect(cloud.stack?.status).toBe('CREATE_COMPLETE')
    expect(cloud.calls.filter((call) => call === 'executeChangeSet')).toHaveLength(1)
  })
})

test('a deletion that failed is finished by teardown, and then deployed again', async () => {
  const cloud = new InMemoryCloud()
  await deployTo(cloud, shopInputs())
  // Somebody deleted the stack in the console: its buckets hold data, so that it stopped halfway.
  await cloud.ports.stacks.delete(cloud.stack?.stackId ?? '', { token: 'console', retain: [] })
  for (let polls = 0; polls < 3; polls++) await cloud.ports.stacks.describe('qw-lambda-shop')
  expect(cloud.stack?.status).toBe('DELETE_FAILED')
  await expect(deployTo(cloud, shopInputs())).rejects.toMatchObject({
    code: 'STACK-STUCK',
    fix: expect.stringMatching(/^remove it with qw-lambda teardown/),
  })
  const request = { deployment: 'shop', index: 'delete', running: 'wait', failing: 'stop' } as const
  await collect(teardown({ ...request, vouchedBuckets: [] }, cloud.ports))
  const { state } = await deployTo(cloud, shopInputs())
  expect(state.status).toBe('CREATE_COMPLETE')
})
