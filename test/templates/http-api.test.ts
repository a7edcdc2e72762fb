import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  conditionHolds,
  parseTemplate,
  resourcesOf,
  templateFor,
} from '../../src/deploy/template.ts'
import { parseDeploymentConfig } from '../../src/deploy/deployment-config.ts'
import { planDeployment } from '../../src/deploy/plan.ts'
import { schemaProblems } from './cloudformation-schema.ts'
import { referencesIn, resourcesOfType, property, template, TEXT } from './template-facts.ts'

describe('a Region without budgets', () => {
  const without = parseTemplate(templateFor('eu-north-1', TEXT))

  test('gets the template without the type that CloudFormation does not know there', () => {
    const { Budget: _gone, ...others } = template.Resources
    expect(Object.keys(without.Resources)).toEqual(Object.keys(others))
    expect(schemaProblems(without)).toEqual([])
    expect(JSON.stringify(without.Resources)).not.toContain('"Budget"')
  })

  test('and the others get it as it is', () => {
    expect(templateFor('eu-west-1', TEXT)).toBe(TEXT)
  })
})

describe('HTTP API', () => {
  test('is throttled and has a daily quota, which 0 takes away', () => {
    expect(property('UsagePlan', 'Throttle')).toEqual({
      RateLimit: { Ref: 'ApiRequestsPerSecond' },
      BurstLimit: { Ref: 'ApiBurst' },
    })
    expect(JSON.stringify(property('UsagePlan', 'Quota'))).toContain('"Period":"DAY"')
    expect(template.Parameters['ApiRequestsPerDay']?.Default).toBe(100_000)
    expect(conditionHolds(template, 'WithApiQuota', { ApiRequestsPerDay: '0' })).toBe(false)
  })

  const API_PART = ['RestApi', 'ApiVersionResource', 'ApiProxyResource', 'ApiMethod']
  const PAGE_PART = ['PageResource', 'PageFileResource', 'PageMethod', 'PageFileMethod']

  /** Of what a deployment is a snapshot of. */
  function hashOf(ids: readonly string[]): string {
    const part = ids.map((id) => template.Resources[id])
    return createHash('sha256').update(JSON.stringify(part)).digest('hex').slice(0, 6)
  }

  test('a changed API gets a new deployment: its id carries the hash of what it is a snapshot of', () => {
    const deployments = resourcesOfType(template, 'AWS::ApiGateway::Deployment')
    const withApi = `ApiDeployment${hashOf(API_PART)}`
    const withPage = `PageDeployment${hashOf([...API_PART, ...PAGE_PART])}`
    expect(deployments.map(([id]) => id)).toEqual([withApi, withPage])
    expect(deployments.map(([, { DependsOn }]) => DependsOn)).toEqual([
      'ApiMethod',
      ['ApiMethod', 'PageMethod', 'PageFileMethod'],
    ])
    expect(property('ApiStage', 'DeploymentId')).toEqual({
      'Fn::If': ['WithPage', { Ref: withPage }, { Ref: withApi }],
    })
  })

  test('the page is there only when it is switched on: open, for reading alone, and throttled', () => {
    const made = (settings: Record<string, string>) =>
      resourcesOf(template, settings).filter(({ logicalId }) => logicalId.startsWith('Page'))
    expect(made({})).toEqual([])
    expect(made({ ApiPage: 'on', Api: 'off' })).toEqual([])
    expect(made({ ApiPage: 'on' })).toHaveLength(PAGE_PART.length + 2)
    for (const id of ['PageMethod', 'PageFileMethod']) {
      expect(property(id, 'HttpMethod')).toBe('GET')
      expect(property(id, 'ApiKeyRequired')).toBe(false)
    }
    const open = resourcesOfType(template, 'AWS::ApiGateway::Method').filter(
      ([id]) => property(id, 'ApiKeyRequired') !== true,
    )
    expect(open.map(([id]) => id)).toEqual(['PageMethod', 'PageFileMethod'])
    expect(property('ApiStage', 'MethodSettings', 'Fn::If', '1')).toMatchObject([
      { ResourcePath: '/~1ui', ThrottlingRateLimit: 1 },
      { ResourcePath: '/~1ui~1{proxy+}', ThrottlingRateLimit: 2 },
    ])
  })

  test('is called as the tutorial says, with a key, and passes compressed answers', () => {
    expect(property('ApiStage', 'StageName')).toBe('api')
    expect(property('ApiVersionResource', 'PathPart')).toBe('v1')
    expect(property('ApiProxyResource', 'PathPart')).toBe('{proxy+}')
    expect(property('ApiMethod', 'ApiKeyRequired')).toBe(true)
    expect(property('RestApi', 'BinaryMediaTypes')).toEqual(['*/*'])
  })

  test('no key stands in the template, its outputs or a function', () => {
    expect(template.Parameters['ApiKey']).toMatchObject({ NoEcho: true, Default: '' })
    const users = Object.entries(template.Resources).filter(([, resource]) =>
      /"Ref":"ApiKey"|\$\{ApiKey\}/.test(JSON.stringify(resource)),
    )
    expect(users.map(([id]) => id)).toEqual(['ApiKeySecret'])
    expect(JSON.stringify(template.Outputs)).not.toContain('resolve:secretsmanager')
    for (const slot of ['a', 'b']) {
      expect(property(`ApiKey${slot.toUpperCase()}`, 'Value')).toEqual({
        'Fn::Sub': `{{resolve:secretsmanager:\${ApiKeySecret}:SecretString:${slot}}}`,
      })
    }
  })

  test.each([
    ['a', ['ApiKeyA']],
    ['ab', ['ApiKeyA', 'ApiKeyB']],
    ['b', ['ApiKeyB']],
  ])('with the slots %s live, the keys are %j', (live, keys) => {
    const made = resourcesOf(template, { LiveApiKeys: live })
    const found = made.filter(({ type }) => type === 'AWS::ApiGateway::ApiKey')
    expect(found.map(({ logicalId }) => logicalId)).toEqual(keys)
  })

  test('leaves nothing behind when switched off', () => {
    const made = resourcesOf(template, { Api: 'off' }).map(({ type }) => type)
    expect(made.filter((type) => /ApiGateway|Secret|Permission/.test(type))).toEqual([])
  })
})

describe('parameters', () => {
  test('are those that the CLI sets', () => {
    const config = parseDeploymentConfig({ name: 'shop', region: 'eu-west-1' })
    const zips = {
      indexer: new Uint8Array(1),
      searcher: new Uint8Array(2),
      generator: new Uint8Array(3),
    }
    const plan = planDeployment(
      { config, version: '1', template: TEXT, zips, indexConfig: undefined, apiKey: undefined },
      { accountId: '123456789012', arn: '', region: 'eu-west-1' },
    )
    for (const name of Object.keys(plan.parameters))
      expect(template.Parameters).toHaveProperty(name)
    const required = Object.entries(template.Parameters).filter(
      ([, { Default }]) => Default === undefined,
    )
    for (const [name] of required) expect(plan.parameters).toHaveProperty(name)
  })

  test.each([
    ['Generator', 'off', ['Schedule', 'GeneratorFunction', 'GeneratorLogs', 'GeneratorRole']],
    ['Firehose', 'off', ['FirehoseStream', 'FirehoseRole']],
    ['Alarms', 'none', ['DeadLetterAlarm', 'QueueAgeAlarm', 'IndexerErrorAlarm']],
    ['MonthlyBudgetUsd', '0', ['Budget']],
    ['NotifyEmail', '', ['NotifyTopic']],
  ])('%s=%s leaves out %j', (name, value, ids) => {
    const made = new Set(resourcesOf(template, { [name]: value }).map(({ logicalId }) => logicalId))
    expect(ids.filter((id) => made.has(id))).toEqual([])
  })

  test('no output asks for a resource that its condition leaves out', () => {
    for (const settings of [
      {},
      { ApiPage: 'on' },
      { Api: 'off', ApiPage: 'on' },
      { Generator: 'off' },
      { Firehose: 'on' },
    ]) {
      const made = new Set(resourcesOf(template, settings).map(({ logicalId }) => logicalId))
      for (const [name, output] of Object.entries(template.Outputs)) {
        if (!conditionHolds(template, output.Condition, settings)) continue
        for (const id of referencesIn(output.Value, template)) expect(made, name).toContain(id)
      }
    }
  })
})
