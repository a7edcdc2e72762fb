import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { hasTool, npmPackages, output, PROGRAMS, pythonWith } from './toolchain.ts'

const address = inject('address')
/** Quickwit's endpoint, to which senders add `/v1/logs`; and the address alone. */
const QUICKWIT = address.replace('/_elastic', '/otlp')
const ALONE = new URL(address).origin

async function found(index: string, query: string): Promise<unknown[]> {
  await fetch(`${address}/${index}/_refresh`)
  const asked = encodeURIComponent(query)
  const answer = await (await fetch(`${address}/${index}/_search?size=20&q=${asked}`)).json()
  return (answer as { hits: { hits: { _source: unknown }[] } }).hits.hits.map((hit) => hit._source)
}

describe.skipIf(!(await hasTool('npm')))('OpenTelemetry from npm', () => {
  test('exporters 0.203.0 send logs and spans, JSON and protobuf, plain and packed', async () => {
    const folder = await npmPackages('otel-js', [
      ...['logs', 'trace'].flatMap((signal) =>
        ['http', 'proto'].map((way) => `@opentelemetry/exporter-${signal}-otlp-${way}@0.203.0`),
      ),
      '@opentelemetry/sdk-logs@0.203.0',
      '@opentelemetry/sdk-trace-base@2.0.1',
      '@opentelemetry/resources@2.0.1',
      '@opentelemetry/api@1.9.0',
    ])
    await output(process.execPath, [join(PROGRAMS, 'open_telemetry.cjs'), folder, QUICKWIT])
    const names = ['js-json-gzip', 'js-json-none', 'js-proto-gzip', 'js-proto-none']
    for (const service_name of names) {
      const query = `service_name:${service_name}`
      expect(await found('otel-logs-v0_9', `${query} AND body.message:declined`)).toMatchObject([
        {
          service_name,
          timestamp_nanos: expect.anything() as number,
          severity_text: 'ERROR',
          attributes: { order: 42, tags: ['a', 'b'], ratio: 0.5, paid: false },
        },
      ])
      expect(await found('otel-traces-v0_9', `${query} AND event_names:bank`)).toMatchObject([
        {
          span_name: 'charge',
          span_duration_millis: 50,
          span_status: { code: 'error', message: 'declined' },
          events: [{ event_attributes: { code: 51 } }],
        },
      ])
    }
    // A text, since a number of JavaScript cannot hold it.
    const url = `${address}/otel-logs-v0_9/_search?size=20&q=service_name:js*`
    const nanos = (await (await fetch(url)).text()).match(/"timestamp_nanos":\s*\d+/g)
    expect(new Set(nanos?.map((text) => text.replace(/\D+/, '')))).toEqual(
      new Set(['1704036033047000001']),
    )
  })
})

describe.skipIf(!(await hasTool('python')))('OpenTelemetry from PyPI', () => {
  test('exporters 1.39.1 send logs and spans as protobuf', async () => {
    const python = await pythonWith('otel-python', [
      'opentelemetry-sdk==1.39.1',
      'opentelemetry-exporter-otlp-proto-http==1.39.1',
    ])
    await output(python, [join(PROGRAMS, 'open_telemetry.py'), ALONE])
    expect(await found('otel-logs-v0_9', 'service_name:python')).toMatchObject([
      { body: { message: 'card declined' }, severity_text: 'ERROR', attributes: { order: 42 } },
    ])
    expect(await found('otel-traces-v0_9', 'service_name:python AND is_root:true')).toMatchObject([
      { span_name: 'charge', span_attributes: { order: 42 } },
    ])
  })
})
