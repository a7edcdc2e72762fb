import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { bundleFunctions } from '../../scripts/function-bundles.mjs'
import {
  createBucket,
  createFunction,
  createQueue,
  invoke,
  logLines,
  openBucket,
  shippedZip,
  type Invoked,
} from './cloud.ts'

const ALWAYS = { condition: { kind: 'always' } } as const
const START_MS = Date.UTC(2026, 10, 23)
const DOCS = 1_000

interface Stack {
  readonly staging: string
  readonly index: string
  readonly indexer: string
  readonly searcher: string
}

/** The functions as the template sets them up, without a queue or a gateway. */
async function createStack(more: Readonly<Record<string, string>> = {}): Promise<Stack> {
  const staging = await createBucket('staging')
  const index = await createBucket('index')
  const environment = {
    QW_LAMBDA_INDEX_ID: 'mock-sales',
    QW_LAMBDA_METASTORE_BUCKET: index,
    QW_LAMBDA_INDEX_BUCKET: index,
    ...more,
  }
  const indexer = await createFunction({
    zip: 'indexer',
    environment: { ...environment, QW_LAMBDA_STAGING_BUCKET: staging },
  })
  const searcher = await createFunction({
    zip: 'searcher',
    environment: {
      ...environment,
      QW_LAMBDA_SEARCHER_METASTORE_POLLING_INTERVAL_SECONDS: '0',
    },
  })
  return { staging, index, indexer, searcher }
}

function sale(id: number): string {
  const description = id === 7 ? 'an animal in the window' : 'one of many things'
  return JSON.stringify({
    ts: START_MS + id,
    id,
    name: `Item ${id}`,
    price: 1 + (id % 100),
    quantity: 1 + (id % 10),
    description,
  })
}

async function stageSales(bucket: string, key: string, lines: readonly string[]): Promise<void> {
  await openBucket(bucket).put(key, gzipSync(lines.join('\n')), ALWAYS)
}

const SALES = Array.from({ length: DOCS }, (_, id) => sale(id))

function s3Record(bucket: string, key: string) {
  return { eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucket }, object: { key } } }
}

/** What the gateway would send to the client, unzipped. */
function replyOf({ payload }: Invoked) {
  const body = Buffer.from(String(payload['body']), payload['isBase64Encoded'] ? 'base64' : 'utf8')
  const headers = payload['headers'] as Record<string, string>
  const text = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
  return {
    status: payload['statusCode'],
    headers,
    json: JSON.parse(text.toString()) as Record<string, unknown>,
  }
}

test('the shipped zips are what the sources give, byte for byte', async () => {
  for (const { name, zip } of await bundleFunctions()) {
    const shipped = await shippedZip(name)
    expect(createHash('sha256').update(zip).digest('hex'), `${name}: npm run build`).toBe(
      createHash('sha256').update(shipped).digest('hex'),
    )
  }
})

describe('the indexer', () => {
  test('indexes a staged gzip file that an S3 event names, once however often it is told', async () => {
    const { staging, index, indexer } = await createStack()
    // As S3 writes the key into the event.
    await stageSales(staging, 'mock-sales/red flower & co.gz', SALES)
    const event = { Records: [s3Record(staging, 'mock-sales/red+flower+%26+co.gz')] }
    const first = await invoke(indexer, event)
    expect(first.functionError).toBeUndefined()
    expect(first.payload).toMatchObject({
      num_docs: DOCS,
      num_invalid_docs: 0,
      num_published_splits: 1,
    })
    expect((await invoke(indexer, event)).payload).toMatchObject({
      num_docs: 0,
      num_published_splits: 0,
    })
    const keys: string[] = []
    for await (const { key } of openBucket(index).list('index/mock-sales/')) keys.push(key)
    expect(keys.map((key) => key.replace(/[0-9A-Z]{26}/, 'ID'))).toEqual([
      'index/mock-sales/ID.split',
      'index/mock-sales/metastore.json',
    ])
  })

  test('writes one line per invocation with counts, time, requests and whether it was cold', async () => {
    const { staging, indexer } = await createStack()
    await stageSales(staging, 'mock-sales/a.gz', SALES)
    const { log } = await invoke(indexer, { source_uri: `s3://${staging}/mock-sales/a.gz` })
    const line = logLines(log).find(({ event }) => event === 'indexed')
    expect(line).toMatchObject({ num_docs: DOCS, cold: true })
    for (const name of ['ms', 'reads', 'read_bytes', 'writes', 'written_bytes']) {
      expect(line?.[name], name).toBeGreaterThan(0)
    }
  })

  test('of a queue batch, only the messages that failed come again', async () => {
    const { staging, indexer } = await createStack()
    await stageSales(staging, 'mock-sales/good.gz', SALES)
    await openBucket(staging).put('mock-sales/bad.gz', gzipSync('x').subarray(0, 12), ALWAYS)
    const message = (messageId: string, body: unknown) => ({
      eventSource: 'aws:sqs',
      messageId,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const { payload, functionError } = await invoke(indexer, {
      Records: [
        message('good', { Records: [s3Record(staging, 'mock-sales/good.gz')] }),
        message('cut-short', { Records: [s3Record(staging, 'mock-sales/bad.gz')] }),
        message('expired', { Records: [s3Record(staging, 'mock-sales/gone.gz')] }),
        message('test-event', { Event: 's3:TestEvent' }),
        message('not-json', '{'),
      ],
    })
    expect(functionError).toBeUndefined()
    const failures = payload['batchItemFailures'] as { itemIdentifier: string }[]
    expect(failures.map(({ itemIdentifier }) => itemIdentifier).toSorted()).toEqual([
      'cut-short',
      'not-json',
    ])
  })

  test('what one invocation does not take goes back into the queue as new, and is not received twice for it', async () => {
    const queue = await createQueue()
    const { staging, indexer } = await createStack({ QW_LAMBDA_QUEUE_URL: queue.url })
    const keys = ['a', 'b', 'c'].map((name) => `mock-sales/${name}.gz`)
    for (const key of keys) {
      await stageSales(staging, key, SALES)
      // As large as one invocation takes: the next two are for others.
      const record = s3Record(staging, key)
      const object = { ...record.s3.object, size: 200 * 1024 * 1024 }
      await queue.send({ Records: [{ ...record, s3: { ...record.s3, object } }] })
    }
    const received = await queue.receive()
    expect(received).toHaveLength(3)
    const { payload, functionError } = await invoke(indexer, { Records: received })
    expect(functionError).toBeUndefined()
    expect(payload).toEqual({ batchItemFailures: [] })
    for (const { receiptHandle } of received) await queue.delete(receiptHandle)
    const back = await queue.receive()
    expect(back.map(({ body }) => body).toSorted()).toEqual(
      received
        .slice(1)
        .map(({ body }) => body)
        .toSorted(),
    )
    for (const { attributes } of back) expect(attributes.ApproximateReceiveCount).toBe('1')
  })

  test('what fails is hidden for half a minute by the function, and not for the queue’s half hour', async () => {
    const queue = await createQueue()
    const { staging, indexer } = await createStack({ QW_LAMBDA_QUEUE_URL: queue.url })
    await openBucket(staging).put('mock-sales/bad.gz', gzipSync('x').subarray(0, 12), ALWAYS)
    await queue.send({ Records: [s3Record(staging, 'mock-sales/bad.gz')] })
    const received = await queue.receive()
    const { payload } = await invoke(indexer, { Records: received })
    expect(payload).toEqual({ batchItemFailures: [{ itemIdentifier: received[0]?.messageId }] })
    expect(await queue.receive()).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 31_000))
    expect(await queue.receive()).toMatchObject([{ attributes: { ApproximateReceiveCount: '2' } }])
  }, 90_000)

  test('creates the index from the config it was given, with the retention of the stack', async () => {
    const configs = await createBucket('artifacts')
    const yaml =
      'version: "0.8"\nindex_id: shop\ndoc_mapping:\n  timestamp_field: at\n  field_mappings:\n    - {name: at, type: datetime, fast: true, input_formats: [unix_timestamp]}\n'
    await openBucket(configs).put('shop.yaml', new TextEncoder().encode(yaml), ALWAYS)
    const { staging, indexer, searcher } = await createStack({
      QW_LAMBDA_INDEX_ID: 'shop',
      QW_LAMBDA_INDEX_CONFIG_URI: `s3://${configs}/shop.yaml`,
      QW_LAMBDA_RETENTION_DAYS: '30',
    })
    const now = Math.floor(Date.now() / 1_000)
    await stageSales(staging, 'shop/a.gz', [`{"at": ${now}}`])
    const { payload } = await invoke(indexer, { source_uri: `s3://${staging}/shop/a.gz` })
    expect(payload).toMatchObject({ num_docs: 1, num_invalid_docs: 0 })
    const { json } = replyOf(
      await invoke(searcher, { httpMethod: 'GET', path: '/api/v1/indexes/shop' }),
    )
    expect(json['index_config']).toMatchObject({
      index_id: 'shop',
      retention: { period: '30 days' },
    })
  })

  test('an event that it does not know is an error that says what it takes', async () => {
    const { indexer } = await createStack()
    const { functionError, payload } = await invoke(indexer, { hello: 1 })
    expect(functionError).toBe('Unhandled')
    expect(payload['errorMessage']).toContain('does not know this event')
  })
})

describe('the searcher', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await createStack()
    await stageSales(stack.staging, 'mock-sales/a.gz', SALES)
    await invoke(stack.indexer, { source_uri: `s3://${stack.staging}/mock-sales/a.gz` })
  })

  const gatewayEvent = (more: Readonly<Record<string, unknown>>) => ({
    resource: '/v1/{proxy+}',
    path: '/v1/mock-sales/search',
    httpMethod: 'GET',
    headers: { Host: 'x.execute-api.us-east-1.amazonaws.com' },
    multiValueQueryStringParameters: null,
    requestContext: { stage: 'api', httpMethod: 'GET' },
    body: null,
    isBase64Encoded: false,
    ...more,
  })

  test('answers an API Gateway event with gzip in base64', async () => {
    const answer = await invoke(
      stack.searcher,
      gatewayEvent({ multiValueQueryStringParameters: { query: ['animal'] } }),
    )
    expect(answer.payload['isBase64Encoded']).toBe(true)
    const { status, headers, json } = replyOf(answer)
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'application/json',
    })
    expect(json).toMatchObject({ num_hits: 1, hits: [{ id: 7, name: 'Item 7' }] })
  })

  test('reads a body that the gateway has encoded', async () => {
    const search = JSON.stringify({ query: 'quantity:>5', max_hits: 2 })
    const { status, json } = replyOf(
      await invoke(
        stack.searcher,
        gatewayEvent({
          httpMethod: 'POST',
          body: Buffer.from(search).toString('base64'),
          isBase64Encoded: true,
        }),
      ),
    )
    expect({ status, hits: json['num_hits'] }).toEqual({ status: 200, hits: 500 })
  })

  test('answers a function URL and a plain event with the same documents', async () => {
    const url = await invoke(stack.searcher, {
      version: '2.0',
      rawPath: '/api/v1/mock-sales/search',
      rawQueryString: 'query=id%3A5',
      requestContext: { http: { method: 'GET', path: '/api/v1/mock-sales/search' } },
      isBase64Encoded: false,
    })
    const plain = await invoke(stack.searcher, { index_id: 'mock-sales', query: 'id:5' })
    expect(replyOf(url).json['hits']).toMatchObject([{ id: 5 }])
    expect(replyOf(plain).json['hits']).toEqual(replyOf(url).json['hits'])
  })

  test.each([
    ['a query that does not parse', { query: ['a AND'] }, 400],
    ['a parameter that is unknown', { query: ['a'], nonsense: ['1'] }, 400],
  ])('%s is an answer of the API, not a failure of the function', async (_what, query, status) => {
    const answer = await invoke(
      stack.searcher,
      gatewayEvent({ multiValueQueryStringParameters: query }),
    )
    expect(answer.functionError).toBeUndefined()
    expect(replyOf(answer)).toMatchObject({ status, json: { message: expect.any(String) } })
  })

  test('an index that does not exist is 404', async () => {
    const answer = await invoke(stack.searcher, { index_id: 'nothing-here', query: '*' })
    expect(replyOf(answer)).toMatchObject({ status: 404 })
  })

  test('writes one line per request with status, time, requests and whether it was cold', async () => {
    const searcher = await createFunction({
      zip: 'searcher',
      environment: {
        QW_LAMBDA_METASTORE_BUCKET: stack.index,
        QW_LAMBDA_INDEX_BUCKET: stack.index,
      },
    })
    const search = { index_id: 'mock-sales', query: 'animal' }
    const [cold] = logLines((await invoke(searcher, search)).log)
    const [warm] = logLines((await invoke(searcher, search)).log)
    expect(cold).toMatchObject({ event: 'request', method: 'POST', status: 200, cold: true })
    expect(cold?.['reads']).toBeGreaterThan(0)
    expect(cold?.['read_bytes']).toBeGreaterThan(0)
    expect(warm).toMatchObject({ cold: false })
    expect(warm?.['reads']).toBeLessThan(Number(cold?.['reads']))
  })

  test('an answer over the 6 MB of a function is 413 with the way out', async () => {
    // Text that no compression makes small.
    const noise = (id: number) => createHash('sha512').update(String(id)).digest('base64')
    const long = (id: number) => Array.from({ length: 12 }, (_, i) => noise(id * 100 + i)).join('')
    const lines = Array.from({ length: 8_000 }, (_, id) =>
      JSON.stringify({ ts: START_MS + id, id, name: 'n', extra: long(id) }),
    )
    await stageSales(stack.staging, 'big/a.gz', lines)
    await invoke(stack.indexer, {
      source_uri: `s3://${stack.staging}/big/a.gz`,
      index_id: 'mock-sales',
    })
    const answer = await invoke(stack.searcher, {
      index_id: 'mock-sales',
      query: 'name:n',
      max_hits: 8_000,
    })
    expect(answer.functionError).toBeUndefined()
    const { status, json } = replyOf(answer)
    expect(status).toBe(413)
    expect(json['message']).toContain('max_hits')
  })
})

describe('the generator', () => {
  test('writes a batch that the indexer takes', async () => {
    const { staging, indexer } = await createStack()
    const generator = await createFunction({
      zip: 'generator',
      environment: { BUCKET_NAME: staging, PREFIX: 'mock-sales' },
    })
    const { payload, functionError } = await invoke(generator, { docs: 500 })
    expect(functionError).toBeUndefined()
    const [key] = payload['keys'] as string[]
    expect(key).toMatch(/^mock-sales\/\d+.*\.gz$/)
    const indexed = await invoke(indexer, { source_uri: `s3://${staging}/${key}` })
    expect(indexed.payload).toMatchObject({ num_docs: 500, num_invalid_docs: 0 })
  })
})
