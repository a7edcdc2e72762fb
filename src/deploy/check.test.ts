import { describe, expect, test } from 'vitest'
import { QwError } from '../engine/errors.ts'
import { preflight } from './check.ts'
import { emptyStack, husk } from './testing/fake-stacks.ts'
import { InMemoryCloud } from './testing/in-memory-cloud.ts'
import { deployTo, shopInputs } from './testing/sample-deployment.ts'

async function stackCheck(cloud: InMemoryCloud) {
  const { checks } = await preflight('shop', cloud.ports)
  return checks.find(({ id }) => id === 'stack')
}

test('a new account with ten concurrent executions is warned and not refused', async () => {
  const { checks } = await preflight('shop', new InMemoryCloud().ports)
  expect(checks.map(({ id, state }) => `${id} ${state}`)).toEqual([
    'credentials pass',
    'stack pass',
    'concurrency warn',
  ])
})

test('credentials that do not work end the check with the way out', async () => {
  const cloud = new InMemoryCloud()
  const expired = new QwError('invalid', 'the login has run out', { fix: 'aws sso login' })
  cloud.faults.push({ call: 'identity', error: expired })
  const { checks, identity } = await preflight('shop', cloud.ports)
  expect(identity).toBeUndefined()
  expect(checks).toEqual([
    { id: 'credentials', state: 'fail', message: 'the login has run out', fix: 'aws sso login' },
  ])
})

test('a missing permission spoils one check and not the others', async () => {
  const cloud = new InMemoryCloud()
  cloud.faults.push({ call: 'limits', error: new QwError('invalid', 'denied') })
  const { checks } = await preflight('shop', cloud.ports)
  expect(checks.map(({ id, state }) => `${id} ${state}`)).toContain('concurrency warn')
  expect(checks.map(({ id, state }) => `${id} ${state}`)).toContain('stack pass')
})

describe('the stack', () => {
  test('of another owner fails', async () => {
    const cloud = new InMemoryCloud()
    cloud.stack = emptyStack('qw-lambda-shop', 'arn:stack/other')
    cloud.stack.status = 'CREATE_COMPLETE'
    expect(await stackCheck(cloud)).toMatchObject({ state: 'fail', fix: 'choose another --name' })
  })

  test('left by a failed create is a warning', async () => {
    const cloud = new InMemoryCloud()
    cloud.stack = husk('shop')
    expect(await stackCheck(cloud)).toMatchObject({ state: 'warn' })
  })

  test.each([
    ['UPDATE_ROLLBACK_FAILED', 'fail'],
    ['UPDATE_IN_PROGRESS', 'warn'],
    ['UPDATE_ROLLBACK_COMPLETE', 'pass'],
  ])('that is %s is a %s', async (status, state) => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    if (cloud.stack !== undefined) cloud.stack.status = status
    expect(await stackCheck(cloud)).toMatchObject({ state })
  })
})

test('a key secret that is being deleted is noticed', async () => {
  const cloud = new InMemoryCloud()
  await deployTo(cloud, shopInputs())
  const secrets = {
    ...cloud.ports.secrets,
    describe: async (arn: string) => ({ arn, deletedAtMs: cloud.nowMs }),
  }
  const { checks } = await preflight('shop', { ...cloud.ports, secrets })
  expect(checks.find(({ id }) => id === 'secret')).toMatchObject({
    state: 'fail',
    fix: 'qw-lambda deploy --restore-secret',
  })
})
