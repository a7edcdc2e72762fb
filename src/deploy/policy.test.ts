import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { deployerPolicies, type OptionalParts } from './policy.ts'
import { parseTemplate } from './template.ts'

const HOME = {
  deployment: 'shop',
  accountId: '123456789012',
  region: 'eu-west-1',
  partition: 'aws',
}
const NONE: OptionalParts = {
  firehose: false,
  notifyEmail: undefined,
  monthlyBudgetUsd: 0,
  sourceBucket: undefined,
  sourceEvents: 'none',
  permissionsBoundary: undefined,
}
const ALL: OptionalParts = {
  firehose: true,
  notifyEmail: 'me@example.org',
  monthlyBudgetUsd: 10,
  sourceBucket: 'their-logs',
  sourceEvents: 'auto',
  permissionsBoundary: 'arn:aws:iam::123456789012:policy/bound',
}
const statements = deployerPolicies(HOME, ALL).flatMap(({ Statement }) => Statement)

test('holds on to the stack’s name wherever AWS lets it', () => {
  const wide = statements.filter(({ Resource, Condition }) => Resource.includes('*') && !Condition)
  expect(wide.map(({ Sid }) => Sid)).toEqual(['Look'])
  const tied = statements.filter(({ Resource, Condition }) => Resource.includes('*') && Condition)
  expect(tied.map(({ Sid }) => Sid)).toEqual(['Mappings', 'NotifyKeyCreate'])
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

test('an API, a key or a plan of somebody else is not touched', () => {
  const own = { StringEquals: { 'aws:ResourceTag/qw-lambda:deployment': 'shop' } }
  const made = { StringEquals: { 'aws:RequestTag/qw-lambda:deployment': 'shop' } }
  const api = statements.filter(({ Action }) =>
    Action.some((name) => name.startsWith('apigateway:')),
  )
  expect(api.map(({ Sid, Condition }) => [Sid, Condition])).toEqual([
    ['ApiCreate', made],
    ['Api', own],
    // Putting tags on cannot ask for tags; it is held to our own names of them.
    ['ApiTags', expect.objectContaining({ 'ForAllValues:StringLike': expect.anything() })],
  ])
  const secret = statements.find(({ Sid }) => Sid === 'Secret')
  expect(secret?.Resource).toEqual([
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:qw-lambda-shop/api-key-*',
  ])
})

test('with a boundary, no role is made or given rights without it', () => {
  const boundary = ALL.permissionsBoundary
  const granting = ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:PutRolePermissionsBoundary']
  for (const { Action, Condition } of statements) {
    if (!Action.some((name) => granting.includes(name))) continue
    expect(Condition).toEqual({ StringEquals: { 'iam:PermissionsBoundary': boundary } })
  }
  const free = deployerPolicies(HOME, NONE).flatMap(({ Statement }) => Statement)
  expect(JSON.stringify(free)).not.toContain('Boundary')
})

test.each([
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['eusc-de-east-1', 'aws-eusc'],
])('in %s every ARN is one of %s', (region, partition) => {
  const there = deployerPolicies(
    { ...HOME, region, partition },
    { ...ALL, permissionsBoundary: undefined },
  )
  const arns = there.flatMap(({ Statement }) => Statement.flatMap(({ Resource }) => Resource))
  expect(arns.filter((arn) => arn !== '*' && !arn.startsWith(`arn:${partition}:`))).toEqual([])
})

test('asks for no permission that the deployment has no use for', () => {
  const services = deployerPolicies(HOME, NONE)
    .flatMap(({ Statement }) => Statement)
    .flatMap(({ Action }) => Action.map((action) => action.split(':')[0]))
  for (const unused of ['firehose', 'sns', 'budgets']) expect(services).not.toContain(unused)
})

test('is two policies for a default deployment, and none that IAM would refuse', () => {
  const longest = { ...HOME, deployment: 'a'.repeat(22), region: 'ap-southeast-1' }
  expect(deployerPolicies(longest, NONE)).toHaveLength(2)
  const policies = deployerPolicies(longest, ALL)
  // IAM counts without white space: 6,144 characters.
  for (const policy of policies) expect(JSON.stringify(policy).length).toBeLessThanOrEqual(6_144)
  const together = policies.flatMap(({ Statement }) => Statement).map(({ Sid }) => Sid)
  expect(together).toEqual(statements.map(({ Sid }) => Sid))
})
