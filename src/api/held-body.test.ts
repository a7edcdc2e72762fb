import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { makeSearcherHandler, replyText } from '../functions/searcher-handler.ts'
import { answerHanded } from '../local/handed-request.ts'
import { ApiFixture, sales } from './testing/api-fixture.ts'

/*
 * Node's own readers detach a buffer, after which this thread searches slower: no search may come to
 * them. That nothing else does either is for test/package/protector.test.ts to see.
 */

const fixture = new ApiFixture()
const aggregation = '{"size":0,"aggs":{"price":{"avg":{"field":"price"}}}}'
const SEARCHES = [
  ['/api/v1/mock-sales/search', '{"query":"quantity:>5","max_hits":3}'],
  ['/api/v1/_elastic/mock-sales/_search', aggregation],
  ['/api/v1/_elastic/mock-sales/_search?pretty&filter_path=hits.total', aggregation],
  ['/api/v1/_elastic/_msearch', `{"index":"mock-sales"}\n${aggregation}\n`],
  ['/api/v1/_elastic/mock-sales/_count', '{"query":{"match_all":{}}}'],
] as const

beforeAll(async () => {
  await fixture.createShipped('mock-sales')
  await fixture.ingest('mock-sales', sales(30))
})

beforeEach(() => {
  for (const { prototype } of [Request, Response]) {
    vi.spyOn(prototype, 'body', 'get').mockImplementation(notHere)
    for (const name of ['arrayBuffer', 'blob', 'clone', 'json', 'text'] as const) {
      vi.spyOn(prototype, name).mockImplementation(notHere)
    }
  }
})

afterEach(() => {
  vi.restoreAllMocks()
})

function notHere(): never {
  throw new Error("Node's own reader")
}

test.each(SEARCHES)('in a function POST %s reads no stream', async (path, body) => {
  const api = fixture.as({ apiKeys: [], responses: 'function' }, { ingest: undefined })
  const { clock } = fixture
  const handler = makeSearcherHandler({ fetch: (asked) => api.fetch(asked), clock, log: () => {} })
  const { pathname, searchParams } = new URL(path, 'http://function')
  const queryStringParameters = Object.fromEntries(searchParams)
  const event = { httpMethod: 'POST', path: pathname, queryStringParameters, body }
  const reply = await handler(event, { requestId: 'r', deadlineMs: undefined })
  expect([reply.statusCode, JSON.parse(replyText(reply))]).toEqual([200, expect.any(Object)])
})

test.each(SEARCHES)('in a thread of serve POST %s reads no stream', async (path, body) => {
  const api = fixture.as({ apiKeys: [], responses: 'plain' })
  const answer = await answerHanded(
    (request) => api.fetch(request),
    {
      method: 'POST',
      url: `http://host${path}`,
      rawHeaders: ['content-type', 'application/json', 'content-length', String(body.length)],
      body: new TextEncoder().encode(body),
    },
    new AbortController().signal,
  )
  const text = new TextDecoder().decode(answer.body)
  expect([answer.status, JSON.parse(text)]).toEqual([200, expect.any(Object)])
})
