import { describe, expect, test } from 'vitest'
import { QwError } from '../engine/errors.ts'
import { rollBack } from './roll-back.ts'
import { InMemoryCloud } from './testing/in-memory-cloud.ts'
import { collect, deployTo, shopInputs } from './testing/sample-deployment.ts'

const EXPIRED = new QwError('invalid', 'the login has run out', {
  code: 'CRED-EXPIRED',
  fix: 'aws sso login',
})

describe('a rollback', () => {
  test('continues one that failed, again after it failed once more', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    cloud.stacks.failing = { QueueAgeAlarm: 'Internal failure' }
    cloud.stacks.failingRollbacks = 2
    const change = () => deployTo(cloud, shopInputs({ alarms: 'all' }))
    await expect(change()).rejects.toThrow('QueueAgeAlarm')
    await expect(change()).rejects.toMatchObject({
      code: 'STACK-STUCK',
      fix: expect.stringContaining('deploy --rollback'),
    })
    await expect(collect(rollBack('qw-lambda-shop', cloud.ports))).rejects.toThrow('roll back')
    await collect(rollBack('qw-lambda-shop', cloud.ports))
    expect(cloud.stack?.status).toBe('UPDATE_ROLLBACK_COMPLETE')
  })

  test('cancels an update under way', async () => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    cloud.stacks.pollsToFinish = 4
    cloud.faults.push({ call: 'events', error: EXPIRED })
    await expect(deployTo(cloud, shopInputs({ alarms: 'all' }))).rejects.toThrow('run out')
    await collect(rollBack('qw-lambda-shop', cloud.ports))
    expect(cloud.calls).toContain('cancelUpdate')
    expect(cloud.stack?.status).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(cloud.stack?.parameters['Alarms']).toBe('essential')
  })

  test.each([
    ['CREATE_IN_PROGRESS', 'STACK-BUSY', 'teardown'],
    ['DELETE_FAILED', 'STACK-STUCK', 'teardown'],
  ])('of a stack that is %s is refused with what to do', async (status, code, way) => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    if (cloud.stack !== undefined) cloud.stack.status = status
    await expect(collect(rollBack('qw-lambda-shop', cloud.ports))).rejects.toMatchObject({
      code,
      fix: expect.stringContaining(way),
    })
  })
})
