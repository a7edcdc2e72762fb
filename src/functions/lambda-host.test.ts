import { afterEach, expect, test, vi } from 'vitest'
import { scriptedServer, type ScriptedServer } from '../aws/testing/scripted-server.ts'
import { makeLambdaHost } from './lambda-host.ts'

let server: ScriptedServer
afterEach(async () => {
  vi.restoreAllMocks()
  await server.close()
})

/** The lines that an invocation writes which reads an object twice and tells so after each. */
async function linesOf(verbose: string): Promise<readonly Record<string, unknown>[]> {
  server = await scriptedServer(() => ({ headers: { etag: '"e"' }, body: 'content' }))
  const lines: Record<string, unknown>[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(JSON.parse(String(text)) as Record<string, unknown>)
    return true
  })
  const host = makeLambdaHost({
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL_S3: server.endpoint,
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    QW_LAMBDA_ENABLE_VERBOSE_JSON_LOGS: verbose,
  })
  host.begin({ awsRequestId: 'run-1', getRemainingTimeInMillis: () => 1_000 })
  const store = host.openBucket('shop')
  for (const key of ['a', 'b']) {
    await store.get(key)
    host.log({ event: 'done', key })
  }
  return lines
}

test('a line tells the requests so far as numbers', async () => {
  const lines = await linesOf('')
  expect(lines).toMatchObject([
    { request_id: 'run-1', event: 'done', key: 'a', reads: 1, read_bytes: 7, writes: 0 },
    { request_id: 'run-1', event: 'done', key: 'b', reads: 2, read_bytes: 14, writes: 0 },
  ])
  expect(lines).toHaveLength(2)
})

test('verbose logs have a line of its own for each request, once', async () => {
  const lines = await linesOf('true')
  expect(lines.map(({ event, verb, key, bytes }) => [event, verb, key, bytes])).toEqual([
    ['request', 'get', 'a', 7],
    ['done', undefined, 'a', undefined],
    ['request', 'get', 'b', 7],
    ['done', undefined, 'b', undefined],
  ])
})
