import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { deployerPolicies } from './policy.ts'
import { parseTemplate } from './template.ts'

const HOME = { deployment: 'shop', accountId: '123456789012', region: 'eu-west-1' }
const NONE = { firehose: false, notifyEmail: undefined, monthlyBudgetUsd: 0 }
const ALL = { firehose: true, notifyEmail: 'me@example.org', monthlyBudgetUsd: 10 }
const statements = deployerPolicies(HOME, ALL).flatMap(({ Statement }) => Statement)

test('holds on to the stack’s name wherever AWS lets it', () => {
  const wide = statements.filter(({ Resource, Condition }) => Resource.includes('*') && !Condition)
  expect(wide.map(({ Sid }) => Sid)).toEqual(['Look'])
  const [look] = wide
  for (const action of look?.Action ?? []) expect(action).toMatch(/:(Describe|Get|List)/)
})

test('allows no wildcard action', () => {
  const actions = statements.flatMap(({ Action }) => Action)
  expect(actions.filter((action) => action.includes('*'))).toEqual([])
})

test('passes roles to the services that take them and to no other', () => {
  const pass = statements.find(({ Action }) => Action.includes('iam:PassRole'))
  expect(pass?.Condition?.['StringEquals']?.['iam:PassedToService']).toEqual([
    'lambda.amazonaws.com',
    'scheduler.amazonaws.com',
    'firehose.amazonaws.com',
  ])
})

test('covers every service that the template has a resource of', () => {
  const text = readFileSync(new URL('../../templates/qw-lambda.yaml', import.meta.url), 'utf8')
  const prefixes: Readonly<Record<string, string>> = { kinesisfirehose: 'firehose' }
  const services = Object.values(parseTemplate(text).Resources).map(({ Type }) => {
    const service = (Type.split('::')[1] ?? '').toLowerCase()
    return prefixes[service] ?? service
  })
  const granted = new Set(statements.flatMap(({ Action }) => Action.map((a) => a.split(':')[0])))
  expect([...new Set(services)].filter((service) => !granted.has(service))).toEqual([])
})

test('asks for no permission that the deployment has no use for', () => {
  const services = deployerPolicies(HOME, NONE)
    .flatMap(({ Statement }) => Statement)
    .flatMap(({ Action }) => Action.map((action) => action.split(':')[0]))
  for (const unused of ['firehose', 'sns', 'budgets']) expect(services).not.toContain(unused)
})

test('is one policy for a default deployment, and never one that IAM would refuse', () => {
  const longest = { ...HOME, deployment: 'a'.repeat(31), region: 'ap-southeast-1' }
  expect(deployerPolicies(longest, NONE)).toHaveLength(1)
  const policies = deployerPolicies(longest, ALL)
  // IAM counts without white space: 6,144 characters.
  for (const policy of policies) expect(JSON.stringify(policy).length).toBeLessThanOrEqual(6_144)
  const together = policies.flatMap(({ Statement }) => Statement).map(({ Sid }) => Sid)
  expect(together).toEqual(statements.map(({ Sid }) => Sid))
})
