import { expect, test } from 'vitest'
import { makeInventory } from './inventory.ts'
import { scriptedAws, type ServerAnswer, type ServerRequest } from './testing/scripted-aws.ts'

const aws = scriptedAws()

async function inventoryOver(answer: (request: ServerRequest) => ServerAnswer) {
  return makeInventory(await aws.settings(answer))
}

const error = (name: string, status = 400): ServerAnswer => ({
  status,
  body: JSON.stringify({ __type: `com.amazonaws#${name}`, message: 'told' }),
})

const DESCRIBED: ServerAnswer = {
  body: JSON.stringify({ ResourceDescription: { Identifier: 'id', Properties: '{}' } }),
}

test.each([
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::ApiGateway::ApiKey',
  'AWS::ApiGateway::UsagePlan',
  'AWS::CloudWatch::Alarm',
  'AWS::SNS::Topic',
  'AWS::KinesisFirehose::DeliveryStream',
  'AWS::Scheduler::Schedule',
  'AWS::IAM::Role',
  'AWS::KMS::Key',
])('%s is asked for by its CloudFormation type', async (type) => {
  const inventory = await inventoryOver(() => DESCRIBED)
  expect(await inventory.look(type, 'some-id')).toBe('there')
  expect(JSON.parse(aws.requests[0]?.body ?? '{}')).toEqual({
    TypeName: type,
    Identifier: 'some-id',
  })
})

test.each([
  ['ResourceNotFoundException', 'gone'],
  // Budgets, for one, are no type of Cloud Control.
  ['UnsupportedActionException', 'unknown'],
  ['TypeNotFoundException', 'unknown'],
  ['AccessDeniedException', 'unknown'],
])('an answer of %s means %s', async (name, meaning) => {
  const inventory = await inventoryOver(() => error(name))
  expect(await inventory.look('AWS::SNS::Topic', 'arn')).toBe(meaning)
})

test('credentials that have run out are no answer about a resource', async () => {
  const inventory = await inventoryOver(() => error('ExpiredTokenException'))
  await expect(inventory.look('AWS::SNS::Topic', 'arn')).rejects.toMatchObject({
    code: 'CRED-EXPIRED',
  })
})
