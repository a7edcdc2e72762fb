import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseTemplate, resourcesOf } from '../../src/deploy/template.ts'

const template = parseTemplate(
  readFileSync(new URL('../../templates/qw-lambda.yaml', import.meta.url), 'utf8'),
)

interface Statement {
  readonly Action: string | readonly string[]
  readonly Resource: unknown
}

/** Statements of all roles and policies that let somebody call a function, by what they stand in. */
function callsOf(logicalId: string): Statement[] {
  const properties = template.Resources[logicalId]?.Properties ?? {}
  const statements: Statement[] = []
  JSON.stringify(properties, (_name, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('Action' in value)) return value
    const statement = value as Statement
    if ([statement.Action].flat().some((action) => /^(lambda:|\*)/.test(action))) {
      statements.push(statement)
    }
    return value
  })
  return statements
}

test('a searcher that hands splits out may call itself, and no other function', () => {
  expect(callsOf('SearcherCalls')).toEqual([
    {
      Sid: 'CallItself',
      Effect: 'Allow',
      Action: 'lambda:InvokeFunction',
      Resource: { 'Fn::GetAtt': ['Searcher', 'Arn'] },
    },
  ])
  expect(callsOf('SearcherRole')).toEqual([])
  expect(template.Resources['SearcherCalls']?.Properties).toMatchObject({
    Roles: [{ Ref: 'SearcherRole' }],
  })
})

test('without leaf calls there is no such right', () => {
  const ids = (parameters: Readonly<Record<string, string>>) =>
    resourcesOf(template, parameters).map(({ logicalId }) => logicalId)
  expect(ids({})).not.toContain('SearcherCalls')
  expect(ids({ LeafCalls: '0' })).not.toContain('SearcherCalls')
  expect(ids({ LeafCalls: '8' })).toContain('SearcherCalls')
})
