import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ObjectStore } from '../engine/ports.ts'
import { s3Store } from './s3-store.ts'

/**
 * What no emulator does: S3's refusals and faults, scripted. The port's contract itself runs over an
 * emulator, in test/aws.
 */
type Answer = (outgoing: ServerResponse, incoming: IncomingMessage) => void

let answers: Answer[]
let asked: string[]
let store: ObjectStore
let close: () => Promise<void>

beforeEach(async () => {
  answers = []
  asked = []
  const server = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    incoming.resume()
    incoming.on('end', () => {
      const answer = answers.shift()
      if (answer === undefined) outgoing.destroy()
      else answer(outgoing, incoming)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  store = s3Store({
    bucket: 'bucket',
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: () => ({ accessKeyId: 'id', secretAccessKey: 'secret' }),
    clock: { nowMs: () => Date.UTC(2026, 10, 23), sleep: () => Promise.resolve() },
  })
  close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
})
afterEach(() => close())

async function firstOf<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item
  return undefined
}

function refusal(status: number, code: string, message = 'words', more = ''): Answer {
  return (outgoing) => {
    outgoing.writeHead(status, { 'content-type': 'application/xml' })
    outgoing.end(`<Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`)
  }
}

const ALWAYS = { condition: { kind: 'always' } } as const
const IF_MATCH = { condition: { kind: 'ifMatch', etag: 'e' } } as const
const IF_ABSENT = { condition: { kind: 'ifAbsent' } } as const
const BODY = new Uint8Array(3)

describe('what S3 says becomes what the caller does next', () => {
  test.each([
    [404, 'NoSuchKey', 'notFound', undefined],
    [404, 'NoSuchBucket', 'invalid', 'BUCKET-NONE'],
    [403, 'AccessDenied', 'invalid', 'PERM-MISSING'],
    [403, 'AllAccessDisabled', 'invalid', 'PERM-MISSING'],
    [400, 'ExpiredToken', 'invalid', 'CRED-EXPIRED'],
    [403, 'InvalidAccessKeyId', 'invalid', 'CRED-REJECTED'],
    [403, 'SignatureDoesNotMatch', 'invalid', 'CRED-REJECTED'],
    [403, 'RequestTimeTooSkewed', 'invalid', 'CRED-SKEW'],
    [503, 'SlowDown', 'unavailable', 'THROTTLED'],
    [503, 'ServiceUnavailable', 'unavailable', undefined],
    [500, 'InternalError', 'unavailable', undefined],
    [400, 'RequestTimeout', 'unavailable', undefined],
    [400, 'InvalidArgument', 'internal', undefined],
  ])('%i %s is %s %s', async (status, code, kind, catalogueCode) => {
    answers.push(refusal(status, code))
    await expect(store.get('k')).rejects.toMatchObject({ kind, code: catalogueCode })
  })

  test.each([
    [412, 'PreconditionFailed'],
    [404, 'NoSuchKey'],
  ])('%i %s to a conditional put is a conflict', async (status, code) => {
    answers.push(refusal(status, code))
    await expect(store.put('k', BODY, IF_MATCH)).rejects.toMatchObject({ kind: 'conflict' })
  })

  test.each([
    ['ConditionalRequestConflict', IF_MATCH],
    ['ConditionalRequestConflict', IF_ABSENT],
    ['OperationAborted', ALWAYS],
  ])('409 %s says nothing about the object, and may be tried again', async (code, options) => {
    answers.push(refusal(409, code))
    await expect(store.put('k', BODY, options)).rejects.toMatchObject({ kind: 'unavailable' })
  })

  test('a refusal names the permission, the object and what to allow', async () => {
    answers.push(refusal(403, 'AccessDenied', 'User: u is not authorized'))
    await expect(store.put('a/b', BODY, ALWAYS)).rejects.toMatchObject({
      message:
        'not allowed: s3:PutObject on s3://bucket/a/b (403 AccessDenied User: u is not authorized)',
      fix: 'allow s3:PutObject on arn:aws:s3:::bucket/*',
    })
    answers.push(refusal(403, 'AccessDenied'))
    await expect(firstOf(store.list(''))).rejects.toMatchObject({
      fix: 'allow s3:ListBucket on arn:aws:s3:::bucket',
    })
  })

  test('a refusal by the organisation is told apart', async () => {
    const text = 'not authorized with an explicit deny in a service control policy'
    answers.push(refusal(403, 'AccessDenied', text))
    await expect(store.get('k')).rejects.toMatchObject({ code: 'PERM-SCP' })
  })

  test.each([
    ['301', refusal(301, 'PermanentRedirect'), 'eu-west-1'],
    [
      '400',
      refusal(400, 'AuthorizationHeaderMalformed', 'w', '<Region>eu-west-1</Region>'),
      undefined,
    ],
  ])('a bucket elsewhere (%s) is named with its Region', async (_status, answer, header) => {
    answers.push((outgoing, incoming) => {
      if (header !== undefined) outgoing.setHeader('x-amz-bucket-region', header)
      answer(outgoing, incoming)
    })
    await expect(store.get('k')).rejects.toMatchObject({
      code: 'REGION-WRONG',
      message: 'the bucket bucket is in eu-west-1, not in us-east-1',
    })
  })

  test('a HEAD that is refused without words is asked again as a GET, for the reason', async () => {
    answers.push((outgoing) => outgoing.writeHead(400).end())
    answers.push(refusal(400, 'ExpiredToken'))
    await expect(store.head('k')).rejects.toMatchObject({ code: 'CRED-EXPIRED' })
    expect(asked).toEqual(['HEAD /bucket/k', 'GET /bucket/k'])
  })
})

describe('what goes wrong on the way is unavailable, and asked for once', () => {
  test('a connection that is refused', async () => {
    await close()
    await expect(store.get('k')).rejects.toMatchObject({ kind: 'unavailable' })
    close = () => Promise.resolve()
  })

  test('a connection that ends without an answer', async () => {
    await expect(store.get('k')).rejects.toMatchObject({ kind: 'unavailable' })
    expect(asked).toEqual(['GET /bucket/k'])
  })

  test('a body that ends early', async () => {
    answers.push((outgoing) => {
      outgoing.writeHead(200, { 'content-length': '100', etag: '"e"' }).write('half')
      setTimeout(() => outgoing.destroy(), 10)
    })
    await expect(store.get('k')).rejects.toMatchObject({ kind: 'unavailable' })
  })

  test('an abort in the middle of a body rejects with its reason', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    answers.push((outgoing) => {
      outgoing.writeHead(200, { 'content-length': '100', etag: '"e"' }).write('half')
      setTimeout(() => abort.abort(reason), 10)
    })
    await expect(store.get('k', { signal: abort.signal })).rejects.toBe(reason)
  })
})

describe('answers are taken as they are', () => {
  test('an object that was stored with a content encoding is not unzipped', async () => {
    const zipped = gzipSync('hello')
    answers.push((outgoing) =>
      outgoing.writeHead(200, { 'content-encoding': 'gzip', etag: '"e"' }).end(zipped),
    )
    expect((await store.get('k'))?.bytes).toEqual(Uint8Array.from(zipped))
  })

  test('a range that S3 cut at the end of the object is invalid, not short', async () => {
    answers.push((outgoing) =>
      outgoing.writeHead(206, { 'content-range': 'bytes 90-99/100' }).end(Buffer.alloc(10)),
    )
    await expect(store.read('k', { start: 90, end: 110 })).rejects.toMatchObject({
      kind: 'invalid',
      message: 'read of k [90, 110) ends past the object size_bytes=100',
    })
  })

  test('listed keys are decoded, whatever is in them', async () => {
    const key = 'a%26b%2Bc+d/%F0%9F%98%80'
    const item = `<Contents><Key>${key}</Key><LastModified>2026-11-23T06:00:00.123Z</LastModified><ETag>&quot;e&quot;</ETag><Size>7</Size></Contents>`
    answers.push((outgoing) =>
      outgoing.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${item}</ListBucketResult>`),
    )
    expect(await firstOf(store.list('a'))).toEqual({
      key: 'a&b+c d/\u{1f600}',
      sizeBytes: 7,
      etag: 'e',
      modifiedMs: Date.UTC(2026, 10, 23, 6),
    })
  })

  test('an upload in parts that fails after S3 began to answer 200 has failed, and is dropped', async () => {
    const xml =
      (text: string): Answer =>
      (outgoing) =>
        outgoing.end(text)
    const ok: Answer = (outgoing) => outgoing.writeHead(200, { etag: '"p"' }).end()
    answers.push(xml('<R><UploadId>u1</UploadId></R>'), ok, ok, ok)
    answers.push(xml('<Error><Code>InternalError</Code></Error>'), ok)
    const put = store.put('k', new Uint8Array(64 * 1024 * 1024 + 1), ALWAYS)
    await expect(put).rejects.toMatchObject({ kind: 'unavailable' })
    expect(asked.at(-1)).toBe('DELETE /bucket/k?uploadId=u1')
  })
})
