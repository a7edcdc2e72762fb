import { expect, test } from 'vitest'
import { artifactBucketOf } from './naming.ts'
import { planDeployment } from './plan.ts'
import { shopInputs } from './testing/sample-deployment.ts'

const IDENTITY = {
  accountId: '123456789012',
  arn: 'arn:aws:iam::123456789012:user/dev',
  region: 'eu-west-1',
}

test('equal inputs make an equal plan, and any change of code or settings another hash', () => {
  const plan = planDeployment(shopInputs(), IDENTITY)
  expect(planDeployment(shopInputs(), IDENTITY)).toEqual(plan)
  const code = { ...shopInputs().zips, indexer: Buffer.from('other code') }
  const variants = [
    shopInputs({}, { zips: code }),
    shopInputs({}, { version: '1.0.1' }),
    shopInputs({}, { indexConfig: Buffer.from('index_id: mock-sales') }),
    shopInputs({ index: { retentionDays: 7 } }),
    shopInputs({ functions: { settings: { QW_LAMBDA_DISABLE_MERGE: 'true' } } }),
  ]
  const hashes = variants.map((inputs) => planDeployment(inputs, IDENTITY).hash)
  expect(new Set([plan.hash, ...hashes]).size).toBe(variants.length + 1)
})

test('the user’s own index config goes into the artifact bucket under its content', () => {
  const plan = planDeployment(shopInputs({}, { indexConfig: Buffer.from('index_id: x') }), IDENTITY)
  const key = plan.parameters['IndexConfigKey']
  expect(key).toMatch(/^configs\/mock-sales-[0-9a-f]{32}\.yaml$/)
  expect(plan.artifacts.map((artifact) => artifact.key)).toContain(key)
})

test('the key is in no part of the plan that is stored or shown', () => {
  const apiKey = 'mineMineMineMineMine42'
  const { apiKey: _own, ...rest } = planDeployment(shopInputs({}, { apiKey }), IDENTITY)
  expect(JSON.stringify(rest)).not.toContain(apiKey)
})

test.each([
  ['a weak key', shopInputs({}, { apiKey: 'short' }), { kind: 'invalid' }],
  ['a key with signs', shopInputs({}, { apiKey: 'a-key-with-signs-in-it!' }), { kind: 'invalid' }],
  ['another account', shopInputs({ accountId: '999999999999' }), { code: 'ACCOUNT-WRONG' }],
  ['another Region', shopInputs({ region: 'us-east-1' }), { code: 'REGION-WRONG' }],
])('%s is refused before anything is done', (_what, inputs, error) => {
  expect(() => planDeployment(inputs, IDENTITY)).toThrow(expect.objectContaining(error))
})

test('the artifact bucket of the longest name fits S3 and differs by account and Region', () => {
  const deployment = 'a'.repeat(22)
  const home = { deployment, accountId: '123456789012', region: 'ap-southeast-1' }
  const names = [
    artifactBucketOf(home),
    artifactBucketOf({ ...home, accountId: '123456789013' }),
    artifactBucketOf({ ...home, region: 'ap-southeast-2' }),
  ]
  expect(new Set(names).size).toBe(3)
  for (const name of names) expect(name).toMatch(/^[a-z0-9-]{3,63}$/)
})
