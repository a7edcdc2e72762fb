import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeFunctions } from './functions.ts'
import {
  scriptedServer,
  type ScriptedServer,
  type ServerAnswer,
  type ServerRequest,
} from './testing/scripted-server.ts'

let server: ScriptedServer

async function functionsOver(answer: (request: ServerRequest) => ServerAnswer) {
  server = await scriptedServer(answer)
  return makeFunctions({ region: 'eu-west-1', profile: undefined, endpoint: server.endpoint })
}

beforeEach(() => {
  vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await server.close()
})

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
  expect(server.requests).toHaveLength(2)
})

test('an invocation that was throttled did not begin, and is sent again', async () => {
  let refusals = 1
  const functions = await functionsOver(() =>
    refusals-- > 0
      ? { status: 429, body: '{"__type":"TooManyRequestsException"}' }
      : { body: '{}' },
  )
  expect((await functions.invoke('generator', PAYLOAD)).functionError).toBeUndefined()
  expect(server.requests).toHaveLength(2)
})
