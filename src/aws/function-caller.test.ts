import { expect, test } from 'vitest'
import { instantClock } from '../stores/testing/instant-clock.ts'
import { functionCaller } from './function-caller.ts'
import { scriptedAws, type ServerAnswer, type ServerRequest } from './testing/scripted-aws.ts'

const aws = scriptedAws()

async function callerOver(answer: (request: ServerRequest) => ServerAnswer) {
  const { region, endpoint } = await aws.settings(answer)
  return functionCaller({
    name: 'shop-Searcher-1',
    region,
    credentials: () => ({ accessKeyId: 'id', secretAccessKey: 'secret' }),
    clock: instantClock(),
    endpoint,
  })
}

test('a function gets the event and gives its answer, by one signed request', async () => {
  const call = await callerOver(() => ({ body: '{"leaf":"b"}' }))
  expect(await call({ leaf: 'a' })).toEqual({ leaf: 'b' })
  expect(aws.requests).toMatchObject([
    {
      method: 'POST',
      url: '/2015-03-31/functions/shop-Searcher-1/invocations',
      body: '{"leaf":"a"}',
      headers: { authorization: expect.stringContaining('/lambda/aws4_request') },
    },
  ])
})

test.each([
  ['no concurrency left', { status: 429, body: '{"Type":"User","Reason":"…"}' }],
  ['an error in the function', { headers: { 'x-amz-function-error': 'Unhandled' }, body: '{}' }],
  ['an answer that is no JSON', { body: '<html>' }],
])('%s is unavailable, and is not tried again', async (_, answer) => {
  const call = await callerOver(() => answer)
  await expect(call({})).rejects.toMatchObject({ kind: 'unavailable' })
  expect(aws.requests).toHaveLength(1)
})

test('a call that is no longer wanted ends with its reason', async () => {
  const abort = new AbortController()
  const call = await callerOver(() => {
    abort.abort(new Error('enough'))
    return { body: '{}' }
  })
  await expect(call({}, abort.signal)).rejects.toThrow('enough')
})
