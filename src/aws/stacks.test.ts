import { expect, test } from 'vitest'
import { makeStacks } from './stacks.ts'
import { scriptedAws, type ServerAnswer, type ServerRequest } from './testing/scripted-aws.ts'

const aws = scriptedAws()

async function stacksOver(answer: (request: ServerRequest) => ServerAnswer) {
  return makeStacks(await aws.settings(answer))
}

function result(action: string, inner: string): ServerAnswer {
  return {
    body: `<${action}Response><${action}Result>${inner}</${action}Result></${action}Response>`,
  }
}

function failure(code: string, message: string): ServerAnswer {
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`
  return { status: 400, body: `<ErrorResponse>${error}</ErrorResponse>` }
}

const REQUEST = {
  stackName: 'qw-lambda-shop',
  name: 'change-1',
  mode: 'create',
  templateUrl: 'https://bucket/template.yaml',
  parameters: { Api: 'on' },
  keptParameters: ['ApiKey'],
  tags: { 'qw-lambda:deployment': 'shop' },
} as const

test('a stack that does not exist is no error', async () => {
  const stacks = await stacksOver(() =>
    failure('ValidationError', 'Stack with id x does not exist'),
  )
  expect(await stacks.describe('x')).toBeUndefined()
})

test('a create removes itself when it fails; an update keeps parameters that were not given', async () => {
  const stacks = await stacksOver(() => result('CreateChangeSet', '<Id>c</Id><StackId>s</StackId>'))
  await stacks.createChangeSet(REQUEST)
  await stacks.createChangeSet({ ...REQUEST, mode: 'update', templateUrl: undefined })
  const [create, update] = aws.requests.map(({ body }) => new URLSearchParams(body))
  expect(create?.get('OnStackFailure')).toBe('DELETE')
  expect(create?.get('TemplateURL')).toBe('https://bucket/template.yaml')
  expect(update?.get('OnStackFailure')).toBeNull()
  expect(update?.get('UsePreviousTemplate')).toBe('true')
  expect(update?.get('Parameters.member.2.ParameterKey')).toBe('ApiKey')
  expect(update?.get('Parameters.member.2.UsePreviousValue')).toBe('true')
})

test.each([
  ['CREATE_PENDING', '', 'creating'],
  ['CREATE_COMPLETE', '', 'ready'],
  [
    'FAILED',
    "The submitted information didn't contain changes. Submit different information.",
    'empty',
  ],
  ['FAILED', 'No updates are to be performed.', 'empty'],
  ['FAILED', 'Transform failed', 'failed'],
])('a change set that is %s “%s” is %s', async (status, reason, expected) => {
  const inner = `<Status>${status}</Status><StatusReason>${reason}</StatusReason>`
  const stacks = await stacksOver(() => result('DescribeChangeSet', inner))
  expect(await stacks.describeChangeSet('c')).toMatchObject({ status: expected, changes: [] })
})

test.each([
  ['InvalidChangeSetStatus', 'ChangeSet is OBSOLETE'],
  ['ValidationError', 'Stack:x is in UPDATE_IN_PROGRESS state and can not be updated.'],
])('another change in the way (%s) is STACK-BUSY', async (code, message) => {
  const stacks = await stacksOver(() => failure(code, message))
  await expect(stacks.executeChangeSet('c', 'token')).rejects.toMatchObject({
    kind: 'conflict',
    code: 'STACK-BUSY',
  })
})

test('events come oldest first and only since the operation began', async () => {
  const event = (id: string, at: string) =>
    `<member><EventId>${id}</EventId><StackId>s</StackId><StackName>n</StackName><Timestamp>${at}</Timestamp></member>`
  const inner = `<StackEvents>${event('3', '2026-11-23T00:00:03Z')}${event('2', '2026-11-23T00:00:02Z')}${event('1', '2026-11-22T00:00:00Z')}</StackEvents>`
  const stacks = await stacksOver(() => result('DescribeStackEvents', inner))
  const events = await stacks.events('s', Date.UTC(2026, 10, 23))
  expect(events.map(({ eventId }) => eventId)).toEqual(['2', '3'])
})

test('deleted stacks of a name come with the latest first', async () => {
  const summary = (name: string, id: string, at: string) =>
    `<member><StackName>${name}</StackName><StackId>${id}</StackId><DeletionTime>${at}</DeletionTime></member>`
  const stacks = await stacksOver(() =>
    result(
      'ListStacks',
      `<StackSummaries>${summary('shop', 'id-1', '2026-01-01T00:00:00Z')}${summary('other', 'id-2', '2026-01-03T00:00:00Z')}${summary('shop', 'id-3', '2026-01-02T00:00:00Z')}</StackSummaries>`,
    ),
  )
  expect(await stacks.past('shop')).toEqual(['id-3', 'id-1'])
  expect(aws.requests[0]?.body).toContain('DELETE_COMPLETE')
})

test('an update is cancelled under a token of its own', async () => {
  const stacks = await stacksOver(() => result('CancelUpdateStack', ''))
  await stacks.cancelUpdate('shop', 'token-1')
  expect(aws.requests[0]?.body).toMatch(/Action=CancelUpdateStack.*ClientRequestToken=token-1/)
})
