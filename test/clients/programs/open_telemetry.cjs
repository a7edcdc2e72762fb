// Sends logs and spans with OpenTelemetry's own exporters, as JSON and as protobuf, plain and packed.
const [, , folder, endpoint] = process.argv
const { createRequire } = require('node:module')
const { join } = require('node:path')
const load = createRequire(join(folder, 'package.json'))

const { LoggerProvider, BatchLogRecordProcessor } = load('@opentelemetry/sdk-logs')
const { BasicTracerProvider, BatchSpanProcessor } = load('@opentelemetry/sdk-trace-base')
const { resourceFromAttributes } = load('@opentelemetry/resources')

const EXPORTERS = [
  ['json', '@opentelemetry/exporter-logs-otlp-http', '@opentelemetry/exporter-trace-otlp-http'],
  ['proto', '@opentelemetry/exporter-logs-otlp-proto', '@opentelemetry/exporter-trace-otlp-proto'],
]

async function send(name, logs, traces, compression) {
  const resource = resourceFromAttributes({ 'service.name': `js-${name}-${compression}` })
  const { OTLPLogExporter } = load(logs)
  const { OTLPTraceExporter } = load(traces)
  const logExporter = new OTLPLogExporter({ url: `${endpoint}/v1/logs`, compression })
  const spanExporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, compression })
  const loggers = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor(logExporter)],
  })
  loggers.getLogger('shop').emit({
    severityNumber: 17,
    severityText: 'ERROR',
    body: 'card declined',
    timestamp: [1704036033, 47000001],
    attributes: { order: 42, tags: ['a', 'b'], ratio: 0.5, paid: false },
  })
  await loggers.forceFlush()
  await loggers.shutdown()
  const tracers = new BasicTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(spanExporter)],
  })
  const span = tracers.getTracer('shop').startSpan('charge', { startTime: [1704036033, 47000001] })
  span.addEvent('declined by bank', { code: 51 })
  span.setStatus({ code: 2, message: 'declined' })
  span.end([1704036033, 97000001])
  await tracers.forceFlush()
  await tracers.shutdown()
}

async function main() {
  for (const [name, logs, traces] of EXPORTERS) {
    for (const compression of ['none', 'gzip']) await send(name, logs, traces, compression)
  }
}

void main()
