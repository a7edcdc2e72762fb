import { expect, test } from 'vitest'
import { makeFunctions } from './functions.ts'
import { scriptedAws, type ServerAnswer, type ServerRequest } from './testing/scripted-aws.ts'

const aws = scriptedAws()

async function functionsOver(answer: (request: ServerRequest) => ServerAnswer) {
  return makeFunctions(await aws.settings(answer))
}

const PAYLOAD = Buffer.from('{"batches":1}')

test.each([
  ['a connection that breaks while the function runs', { body: '', reset: true }],
  ['a fault of the service', { status: 500, body: '{"Type":"Service"}' }],
] as const)('%s does not make a second run', async (_what, answer) => {
  const functions = await functionsOver(() => answer)
  await expect(functions.invoke('generator', PAYLOAD)).rejects.toMatchObject({
    kind: 'unavailable',
  })
  await expect(functions.start('generator', PAYLOAD)).rejects.toMatchObject({ kind: 'unavailable' })
  expect(aws.requests).toHaveLength(2)
})

test('an invocation that was throttled did not begin, and is sent again', async () => {
  let refusals = 1
  const functions = await functionsOver(() =>
    refusals-- > 0
      ? { status: 429, body: '{"__type":"TooManyRequestsException"}' }
      : { body: '{}' },
  )
  expect((await functions.invoke('generator', PAYLOAD)).functionError).toBeUndefined()
  expect(aws.requests).toHaveLength(2)
})
