import { describe, expect, test } from 'vitest'
import { QwError } from '../engine/errors.ts'
import { applyPlan, previewPlan, rollBack } from './apply.ts'
import type { DeployEvent } from './events.ts'
import { preflight } from './check.ts'
import { emptyStack, husk, InMemoryCloud } from './testing/in-memory-cloud.ts'
import { collect, deployTo, planFor, shopInputs } from './testing/sample-deployment.ts'
import { verifyDeployment } from './verify.ts'
import { readApiKey } from './api-key.ts'

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
    expect(made).toEqual(plan.resources.map(({ logicalId }) => logicalId))
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
    cloud.failing = { IndexerRole: reason }
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
    cloud.failing = { Queue: 'Internal failure' }
    await expect(deployTo(cloud, shopInputs())).rejects.toMatchObject({ code: 'STACK-FAILED' })
    cloud.failing = {}
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
    cloud.failing = failing
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
    cloud.failing = {}
    const { state, events } = await deployTo(cloud, shopInputs())
    expect(events[0]).toMatchObject({ kind: 'attached' })
    expect(state.status).toBe('CREATE_COMPLETE')
  })

  test('refuses an artifact bucket without our tag', async () => {
    const cloud = new InMemoryCloud()
    const { artifactBucket } = await planFor(cloud, shopInputs())
    cloud.bucketsByName.set(artifactBucket, { tags: {}, entries: [] })
    await expect(deployTo(cloud, shopInputs())).rejects.toMatchObject({ code: 'BUCKET-NOT-OURS' })
    expect(cloud.calls).not.toContain('put')
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
  test('with no change costs one question, and seven more for its check and verification', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    cloud.calls.length = 0
    const { identity } = await preflight('shop', cloud.ports)
    expect(identity).toBeDefined()
    const { state, events } = await deployTo(cloud, shopInputs())
    const key = await readApiKey(state, cloud.ports.secrets)
    const request = { searcher: 'searcher', api: { url: 'https://api/v1', key } }
    await collect(verifyDeployment(request, cloud.ports))
    expect(events).toEqual([{ kind: 'unchanged' }])
    const checked = ['identity', 'limits', 'describe', 'describeSecret']
    // The plan here asks again for the account, which the check has told already.
    const deployed = ['identity', 'describe', 'readSecret', 'invoke']
    expect(cloud.calls).toEqual([...checked, ...deployed])
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
    for (let times = 0; times < 12; times += 1)
      cloud.faults.push({ call: 'events', error: THROTTLED })
    const { state, events } = await deployTo(cloud, shopInputs({ alarms: 'all' }))
    expect(state.status).toBe('UPDATE_COMPLETE')
    const waits = events.filter((event) => event.kind === 'waiting')
    expect(waits.some(({ what }) => what.includes('throttling'))).toBe(true)
  })

  test('whose credentials run out in the middle goes on where AWS is when it is run again', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    cloud.pollsToFinish = 4
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
    cloud.pollsToFinish = 4
    cloud.faults.push({ call: 'events', error: EXPIRED })
    await expect(deployTo(cloud, shopInputs({ alarms: 'all' }))).rejects.toThrow()
    const other = deployTo(cloud, shopInputs({ alarms: 'none' }))
    await expect(other).rejects.toMatchObject({ kind: 'conflict', code: 'STACK-BUSY' })
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

test('a stuck update is not touched by deploy and is taken back by a rollback', async () => {
  const cloud = new InMemoryCloud()
  await deployTo(cloud, shopInputs())
  if (cloud.stack !== undefined) cloud.stack.status = 'UPDATE_ROLLBACK_FAILED'
  const change = deployTo(cloud, shopInputs({ alarms: 'all' }))
  await expect(change).rejects.toMatchObject({ code: 'STACK-STUCK' })
  await collect(rollBack('qw-lambda-shop', cloud.ports))
  expect(cloud.stack?.status).toBe('UPDATE_ROLLBACK_COMPLETE')
})
