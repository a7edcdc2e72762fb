import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseDeploymentConfig } from '../../deploy/deployment-config.ts'
import { planDeployment } from '../../deploy/plan.ts'
import type { StackState } from '../../deploy/ports.ts'
import { configOfStack } from './config-of-stack.ts'
import { NO_FLAGS, withFlags } from './deploy-options.ts'
import { estimateOf } from './estimate.ts'
const BASE = parseDeploymentConfig({ name: 'shop', region: 'eu-west-1' })

test('no flag leaves the config as it is', () => {
  expect(withFlags(BASE, NO_FLAGS)).toEqual(BASE)
})

test('flags change what they name and nothing else', () => {
  const changed = withFlags(BASE, {
    ...NO_FLAGS,
    every: 15 * 60_000,
    retention: Infinity,
    api: false,
    functionEnv: ['QW_LAMBDA_DISABLE_MERGE=true'],
    leafCalls: 8,
  })
  expect(changed).toEqual({
    ...BASE,
    generator: { everyMinutes: 15, docs: 100_000 },
    index: { ...BASE.index, retentionDays: 0 },
    api: false,
    functions: {
      ...BASE.functions,
      settings: { QW_LAMBDA_DISABLE_MERGE: 'true', QW_LAMBDA_LEAF_CALLS: '8' },
    },
  })
  expect(withFlags(BASE, { ...NO_FLAGS, every: Infinity }).generator).toBeUndefined()
})

test('the page is off until somebody asks for it, and a parameter of its own', () => {
  expect(BASE.page).toBe(false)
  const withPage = withFlags(BASE, { ...NO_FLAGS, page: true })
  expect(withPage).toEqual({ ...BASE, page: true })
  expect(stackOf(BASE).parameters['ApiPage']).toBe('off')
  expect(stackOf(withPage).parameters['ApiPage']).toBe('on')
  expect(withFlags(withPage, { ...NO_FLAGS, page: false })).toEqual(BASE)
})

test.each([
  [{ every: 90_000 }, /--every takes whole minutes/],
  [{ retention: 3_600_000 }, /--retention takes whole days/],
  [{ functionEnv: ['HOME=x'] }, /not a known NAME=VALUE/],
  [{ functionEnv: ['QW_LAMBDA_DISABLE_MERGE'] }, /not a known NAME=VALUE/],
  [{ functionEnv: ['QW_LAMBDA_LEAF_CALLS=1001'] }, /whole number from 0 to 1000/],
  [{ budget: 10 }, /notifyEmail is not/],
  [{ page: true, api: false }, /the page stands behind the HTTP API/],
])('%o is refused', (flags, message) => {
  expect(() => withFlags(BASE, { ...NO_FLAGS, ...flags })).toThrow(message)
})

/** The stack as AWS would show it after this config was deployed. */
function stackOf(config: typeof BASE): StackState {
  const template = readFileSync(
    new URL('../../../templates/qw-lambda.yaml', import.meta.url),
    'utf8',
  )
  const zip = new Uint8Array([1])
  const plan = planDeployment(
    {
      config,
      version: '1.0.0',
      template,
      zips: { indexer: zip, searcher: zip, generator: zip },
      indexConfig: undefined,
      apiKey: undefined,
    },
    { accountId: '123456789012', arn: 'arn', region: config.region },
  )
  // The template's own defaults are parameters of the stack, too.
  const defaults = { MetastorePollingSeconds: '60', DisableMerge: 'false', VerboseLogs: 'false' }
  return {
    stackId: 'id',
    name: plan.stackName,
    status: 'CREATE_COMPLETE',
    statusReason: undefined,
    createdMs: 0,
    changedMs: 0,
    parameters: { ...defaults, ...plan.parameters },
    outputs: {},
    tags: plan.tags,
  }
}

test.each([
  ['the defaults', BASE],
  [
    'everything else',
    {
      ...BASE,
      generator: undefined,
      api: false,
      alarms: 'all' as const,
      sourceBucket: 'my-data',
      notifyEmail: 'me@example.com',
      monthlyBudgetUsd: 30,
      index: { ...BASE.index, retentionDays: 0 },
      functions: {
        ...BASE.functions,
        arch: 'x86_64' as const,
        searcherMemoryMb: 512,
        indexerTimeoutSeconds: 900 as const,
        settings: { QW_LAMBDA_SEARCHER_METASTORE_POLLING_INTERVAL_SECONDS: '5' },
      },
    },
  ],
])('a config is read back from the stack it made: %s', (_what, config) => {
  expect(configOfStack(stackOf(config), { region: config.region })).toEqual(config)
})

test('the estimate follows the config: no stream and no API cost less, and idle means the secret', () => {
  const full = estimateOf(BASE)
  const bare = estimateOf({ ...BASE, generator: undefined, api: false, alarms: 'none' })
  expect(bare.usdPerMonth).toBeLessThan(full.usdPerMonth)
  expect(full.text).toContain('$0.40 when idle')
  expect(full.text).not.toContain('prices of')
  const elsewhere = estimateOf({ ...BASE, region: 'mx-central-1' })
  expect(elsewhere.text).toContain('prices of us-east-1')
  // The key that alarms by mail are encrypted with.
  expect(estimateOf({ ...BASE, notifyEmail: 'me@example.org' }).text).toContain('$1.40 when idle')
  expect(bare.text).toContain('no sample stream')
})
