import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { ApiFixture, at, sales } from './testing/api-fixture.ts'

const shop = new ApiFixture()

beforeAll(async () => {
  await shop.createShipped('mock-sales')
  await shop.ingest('mock-sales', sales(50))
  await shop.ingest('mock-sales', sales(20))
})

describe('ingest', () => {
  test('rejected documents are counted, and shown when asked for', async () => {
    const fixture = new ApiFixture()
    await fixture.createShipped('mock-sales')
    const body = '{"ts":1700000000,"id":1}\n\nnot json\n{"ts":"never","id":2}\n'
    const path = '/api/v1/mock-sales/ingest'
    const answer = await fixture.ask(`${path}?detailed_response=true&commit=wait_for`, { body })
    expect(answer.json).toMatchObject({
      num_docs_for_processing: 3,
      num_ingested_docs: 1,
      num_rejected_docs: 2,
      parse_failures: [
        { document: 'not json', reason: 'invalid_json' },
        { document: '{"ts":"never","id":2}', reason: 'invalid_schema' },
      ],
    })
    expect(at((await fixture.ask(path, { body })).json, 'parse_failures')).toBeUndefined()
    expect(fixture.commits).toEqual(['waitFor', 'auto'])
  })

  test('bodies may be compressed; what is not said to be, or is broken, is refused', async () => {
    const fixture = new ApiFixture()
    await fixture.createShipped('mock-sales')
    const path = '/api/v1/mock-sales/ingest?commit=force'
    const send = (body: string | Uint8Array, encoding: string) =>
      fixture.ask(path, { body, headers: { 'content-encoding': encoding } })
    const zipped = gzipSync('{"ts":1700000000,"id":1}')
    expect(at((await send(zipped, 'gzip')).json, 'num_ingested_docs')).toBe(1)
    expect((await send('{}', 'lzma')).status).toBe(415)
    expect((await send('{}', 'gzip')).status).toBe(400)
    const bomb = await send(gzipSync(Buffer.alloc(200 << 20)), 'gzip')
    expect([bomb.status, at(bomb.json, 'code')]).toEqual([413, 'QWL-BODY-LIMIT'])
  })

  test('codings may be several, and deflate may come without its wrapper', async () => {
    const fixture = new ApiFixture()
    await fixture.createShipped('mock-sales')
    const document = Buffer.from('{"ts":1700000000,"id":1}')
    for (const [encoding, body] of [
      ['deflate', deflateSync(document)],
      ['deflate', deflateRawSync(document)],
      ['deflate, gzip', gzipSync(deflateSync(document))],
      ['br', brotliCompressSync(document)],
    ] as const) {
      const asked = { body, headers: { 'content-encoding': encoding } }
      const answer = await fixture.ask('/api/v1/mock-sales/ingest?commit=force', asked)
      expect(at(answer.json, 'num_ingested_docs'), encoding).toBe(1)
    }
  })

  test('an empty body is nothing to do', async () => {
    const asked = { method: 'POST', headers: { 'content-length': '0' } }
    const answer = await shop.ask('/api/v1/mock-sales/ingest', asked)
    expect(answer.json).toEqual({ num_docs_for_processing: 0 })
  })
})
