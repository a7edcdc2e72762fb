import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { formatUsd } from '../../src/cost/format.ts'
import { pricedRegions } from '../../src/cost/region-prices.ts'
import { IDLE_STACK, standingCostPerMonth } from '../../src/cost/standing.ts'
import { deployerPolicies, type OptionalParts } from '../../src/deploy/policy.ts'
import { parseDeploymentConfig } from '../../src/deploy/deployment-config.ts'
import { parseTemplate } from '../../src/deploy/template.ts'

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const document = text('docs/AWS.md')
const template = parseTemplate(text('templates/qw-lambda.yaml'))

/** What stands as code in the first column of the section's table. */
function firstColumn(heading: string): string[] {
  const [, rest = ''] = document.split(`## ${heading}\n`)
  const [section = ''] = rest.split('\n## ')
  const rows = section.split('\n').filter((line) => line.startsWith('| `'))
  return rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(codeOf))
}

function codeOf(match: RegExpExecArray | RegExpMatchArray): string {
  return match[1] ?? ''
}

test('the table of resources is the template’s', () => {
  // The hash at its end changes with the API.
  const ids = Object.keys(template.Resources).map((id) =>
    id.replace(/^(ApiDeployment|PageDeployment).*/, '$1…'),
  )
  expect(firstColumn('What is created').toSorted()).toEqual(ids.toSorted())
})

test('the table of permissions is the printed policy’s', () => {
  const home = {
    deployment: 'shop',
    accountId: '123456789012',
    region: 'eu-west-1',
    partition: 'aws',
  }
  const all: OptionalParts = {
    firehose: true,
    notifyEmail: 'me@example.org',
    monthlyBudgetUsd: 10,
    sourceBucket: 'their-logs',
    sourceEvents: 'auto',
    permissionsBoundary: 'arn:aws:iam::123456789012:policy/bound',
  }
  const printed = deployerPolicies(home, all).flatMap(({ Statement }) => Statement)
  const told = firstColumn('Which permissions it needs')
  expect(told.toSorted()).toEqual(printed.map(({ Sid }) => Sid).toSorted())
})

test('the idle cost and the count of Regions are the cost model’s', () => {
  expect(document).toContain(`Idle, ${formatUsd(standingCostPerMonth(IDLE_STACK).usd)} a month`)
  expect(document).toContain('Sixteen Regions have prices')
  expect(pricedRegions()).toHaveLength(16)
})

test('what plain CloudFormation is told are parameters and outputs of the template', () => {
  const required = Object.entries(template.Parameters).filter(
    ([, { Default }]) => Default === undefined,
  )
  for (const [name] of required) expect(document).toMatch(new RegExp(`\\b${name}=`))
  for (const [, name = ''] of document.matchAll(/\$\(output (\w+)\)/g)) {
    expect(Object.keys(template.Outputs)).toContain(name)
  }
})

test('a piece of the project file is one that is accepted', () => {
  const pieces = [...document.matchAll(/```json\n(\{ "deployment": .*)\n```/g)].map(codeOf)
  expect(pieces.length).toBeGreaterThan(0)
  for (const piece of pieces) {
    const { deployment } = JSON.parse(piece) as { deployment: Record<string, unknown> }
    const config = parseDeploymentConfig({ ...deployment, name: 'shop', region: 'eu-west-1' })
    expect(config).toMatchObject(deployment)
  }
})
