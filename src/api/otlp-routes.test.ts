import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { SOURCE_TEMPLATES } from '../engine/sources/templates/source-templates.ts'
import { ApiFixture, at } from './testing/api-fixture.ts'

const NANOS = '1704036033047000001'
const JSON_TYPE = { 'content-type': 'application/json' }
const PROTOBUF_TYPE = { 'content-type': 'application/x-protobuf' }

function logBatch(...records: object[]): string {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'checkout' } }] }
  return JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: records }] }] })
}

const RECORD = {
  timeUnixNano: NANOS,
  severityNumber: 17,
  severityText: 'ERROR',
  body: { stringValue: 'card declined' },
  attributes: [{ key: 'order', value: { intValue: '9007199254740993' } }],
  traceId: '5b8efff798038103d269b633813fc60c',
}

/** One record with a time, a text as its body and an attribute, as bytes. */
function logBytes(): Uint8Array {
  const message = (writer: BinaryWriter, field: number): BinaryWriter =>
    writer.tag(field, WireType.LengthDelimited).fork()
  const writer = new BinaryWriter()
  message(writer, 1)
  message(message(writer, 1), 1).tag(1, WireType.LengthDelimited).string('service.name')
  message(writer, 2).tag(1, WireType.LengthDelimited).string('checkout').join().join().join()
  message(message(writer, 2), 2)
  writer.tag(1, WireType.Bit64).fixed64(NANOS).tag(2, WireType.Varint).uint32(17)
  writer.tag(3, WireType.LengthDelimited).string('ERROR')
  message(writer, 5).tag(1, WireType.LengthDelimited).string('card declined').join()
  message(writer, 6).tag(1, WireType.LengthDelimited).string('order')
  message(writer, 2).tag(3, WireType.Varint).int64('9007199254740993').join().join()
  writer.tag(9, WireType.LengthDelimited).bytes(Buffer.from(RECORD.traceId, 'hex'))
  // A field of a version to come.
  writer.tag(77, WireType.LengthDelimited).string('later')
  return writer.join().join().join().finish()
}

async function sources(shop: ApiFixture, index: string, query = '*'): Promise<unknown> {
  const body = JSON.stringify({ query, max_hits: 10 })
  const { json } = await shop.ask(`/api/v1/${index}/search`, { body })
  return at(json, 'hits')
}

const FOUND = {
  timestamp_nanos: 1704036033047000001n,
  service_name: 'checkout',
  severity_text: 'ERROR',
  severity_number: 17,
  body: { message: 'card declined' },
  attributes: { order: 9007199254740993n },
  trace_id: RECORD.traceId,
}

test('logs come as JSON and as protobuf, and make the same document, exact to the last digit', async () => {
  const shop = new ApiFixture()
  for (const path of ['/v1/logs', '/api/v1/otlp/v1/logs']) {
    const json = await shop.ask(path, { body: logBatch(RECORD), headers: JSON_TYPE })
    expect([json.status, json.text]).toEqual([200, '{}'])
    const bytes = await shop.ask(path, { body: logBytes(), headers: PROTOBUF_TYPE })
    expect([bytes.status, bytes.text]).toEqual([200, ''])
    expect(bytes.headers.get('content-type')).toBe('application/x-protobuf')
  }
  const query = 'body.message:declined AND severity_number:>=17'
  const found = await sources(shop, 'otel-logs-v0_9', query)
  expect(found).toHaveLength(4)
  for (const hit of Array.isArray(found) ? found : []) expect(hit).toMatchObject(FOUND)
})

test('a body may be packed; a header or the path names the index, which is made when it is absent', async () => {
  const shop = new ApiFixture()
  const packed = { ...PROTOBUF_TYPE, 'content-encoding': 'gzip', 'qw-otel-logs-index': 'mine' }
  await shop.ask('/v1/logs', { body: gzipSync(logBytes()), headers: packed })
  await shop.ask('/api/v1/mine/otlp/v1/logs', { body: logBatch(RECORD), headers: JSON_TYPE })
  expect(await sources(shop, 'mine', 'service_name:checkout')).toHaveLength(2)
})

test('spans have a duration, a kind, a status, events and a place in their trace', async () => {
  const shop = new ApiFixture()
  const span = {
    traceId: RECORD.traceId,
    spanId: '051581bf3cb55c13',
    name: 'charge',
    kind: 3,
    startTimeUnixNano: NANOS,
    endTimeUnixNano: '1704036033049500001',
    status: { code: 2, message: 'no' },
    events: [{ timeUnixNano: NANOS, name: 'declined by bank' }],
    links: [{ traceId: RECORD.traceId, spanId: '051581bf3cb55c14' }],
  }
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
  const answer = await shop.ask('/v1/traces', { body, headers: JSON_TYPE })
  expect(answer.status).toBe(200)
  const query = 'span_name:charge AND event_names:bank AND span_status.code:error AND is_root:true'
  const [hit] = [await sources(shop, 'otel-traces-v0_9', query)].flat()
  expect(hit).toMatchObject({
    service_name: 'unknown_service',
    span_kind: 3,
    span_duration_millis: 2,
    span_end_timestamp_nanos: 1704036033049500001n,
    links: [{ link_span_id: '051581bf3cb55c14' }],
  })
})

test('an index of the template otel-logs is filled with the names of the template', async () => {
  const shop = new ApiFixture()
  await shop.create(SOURCE_TEMPLATES.get('otel-logs')?.yaml('files') ?? '')
  await shop.ask('/api/v1/files/otlp/v1/logs', { body: logBatch(RECORD), headers: JSON_TYPE })
  const [hit] = [await sources(shop, 'files', 'message:declined')].flat()
  expect(hit).toMatchObject({ service_name: 'checkout', severity_text: 'ERROR' })
})

test('what an index does not take is counted in the answer, with the first reason', async () => {
  const shop = new ApiFixture()
  const odd = { ...RECORD, traceId: 'not hex' }
  const both = await shop.ask('/v1/logs', { body: logBatch(RECORD, odd), headers: JSON_TYPE })
  expect(both.status).toBe(200)
  expect(at(both.json, 'partialSuccess', 'rejectedLogRecords')).toBe('1')
  expect(at(both.json, 'partialSuccess', 'errorMessage')).toContain('trace_id')
  const none = await shop.ask('/v1/logs', { body: logBatch(odd), headers: JSON_TYPE })
  expect([none.status, at(none.json, 'code')]).toEqual([400, 3])
})

test('an error is a google.rpc.Status in the encoding of the request', async () => {
  const shop = new ApiFixture({ apiKeys: ['key'] })
  const locked = await shop.ask('/v1/logs', { body: logBatch(RECORD), headers: JSON_TYPE })
  expect([locked.status, at(locked.json, 'code')]).toEqual([403, 7])
  const key = { 'x-api-key': 'key' }
  const body = Buffer.from([0x0a, 0xff])
  const broken = await shop.ask('/v1/logs', { body, headers: { ...PROTOBUF_TYPE, ...key } })
  expect(broken.status).toBe(400)
  const reader = new BinaryReader(Buffer.from(broken.text, 'latin1'))
  expect([reader.tag()[0], reader.int32(), reader.tag()[0]]).toEqual([1, 3, 2])
  expect(reader.string()).toContain('no protobuf message of logs')
  const swapped = { body: '{"resourceSpans":[]}', headers: { ...JSON_TYPE, ...key } }
  const { json } = await shop.ask('/v1/logs', swapped)
  expect(at(json, 'message')).toContain('resourceLogs')
})

test('a content type that OTLP has none of is named with the two that it has', async () => {
  const shop = new ApiFixture()
  for (const headers of [{ 'content-type': 'text/plain' }, undefined]) {
    const asked = { body: logBatch(RECORD), ...(headers === undefined ? {} : { headers }) }
    const { status, json } = await shop.ask('/v1/logs', asked)
    expect(status).toBe(415)
    expect(at(json, 'message')).toContain('send application/x-protobuf or application/json')
  }
})

test('values in values end at a named depth', async () => {
  let value: object = { stringValue: 'deep' }
  for (let i = 0; i < 200; i++) value = { arrayValue: { values: [value] } }
  const shop = new ApiFixture()
  const body = logBatch({ ...RECORD, body: value })
  const { status } = await shop.ask('/v1/logs', { body, headers: JSON_TYPE })
  expect(status).toBe(400)
  const writer = new BinaryWriter()
  for (let i = 0; i < 200; i++) writer.tag(i === 0 ? 1 : 5, WireType.LengthDelimited).fork()
  for (let i = 0; i < 200; i++) writer.join()
  const deep = await shop.ask('/v1/logs', { body: writer.finish(), headers: PROTOBUF_TYPE })
  expect(deep.status).toBeLessThan(500)
})

test('where nothing is written, and for metrics, the answer names the way out', async () => {
  const reading = new ApiFixture({ readOnly: true })
  const answer = await reading.ask('/v1/logs', { body: logBatch(RECORD), headers: JSON_TYPE })
  expect([answer.status, at(answer.json, 'code')]).toEqual([501, 12])
  expect(at(answer.json, 'message')).toContain('awss3')
  const metrics = await new ApiFixture().ask('/v1/metrics', { body: '{}', headers: JSON_TYPE })
  expect(metrics.status).toBe(501)
})
