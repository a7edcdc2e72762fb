import type { Context, Hono } from 'hono'
import { stringifyJson, type JsonObject } from '../engine/bytes/json.ts'
import { isQwError, QwError } from '../engine/errors.ts'
import type { Metastore } from '../engine/metastore/metastore.ts'
import type { IndexConfig } from '../engine/schema/index-config.ts'
import { LineProblem } from '../engine/sources/line-reader.ts'
import { otlpDocs, type OtlpNames, type OtlpSignal } from '../engine/sources/otlp/batch.ts'
import { OTLP_INDEX_IDS, otlpIndexConfig } from '../engine/sources/otlp/index-configs.ts'
import { quickwitNames } from '../engine/sources/otlp/quickwit-docs.ts'
import { TEMPLATE_NAMES } from '../engine/sources/otlp/template-docs.ts'
import { otlpEncodingOf, otlpReply } from './otlp-answer.ts'
import { decodeError, INGEST_BODY, jsonObjectOf, readBody } from './request-body.ts'
import type { ApiServices } from './services.ts'

const SIGNALS = ['logs', 'traces'] as const
const COUNT_NAMES = { logs: 'rejectedLogRecords', traces: 'rejectedSpans' } as const

/**
 * OTLP over HTTP. Quickwit's paths lie below `base`; `/v1/logs` is what collectors and SDKs make of an
 * endpoint that is an address alone. A header `qw-otel-logs-index` (`-traces-`) names another index.
 */
export function addOtlpRoutes(app: Hono, base: string, services: ApiServices): void {
  for (const signal of SIGNALS) {
    const own = `/otlp/v1/${signal}`
    for (const path of [`/v1/${signal}`, base + own, `${base}/:index${own}`]) {
      app.post(path, (c) => take(c, signal, services))
    }
  }
  for (const path of ['/v1/metrics', `${base}/otlp/v1/metrics`]) {
    app.post(path, () => Promise.reject(noMetrics()))
  }
}

export function isOtlpPath(path: string): boolean {
  return /^(?:\/v1|.*\/otlp\/v1)\/(?:logs|traces|metrics)$/.test(path)
}

async function take(
  c: Context,
  signal: OtlpSignal,
  { ingest, search }: ApiServices,
): Promise<Response> {
  if (ingest === undefined) throw nothingIsTaken()
  const encoding = otlpEncodingOf(c.req.raw)
  if (encoding === undefined) throw wrongType(c.req.header('content-type'))
  const body = await readBody(c.req.raw, INGEST_BODY)
  const batch = encoding === 'json' ? jsonObjectOf(body) : await decodeProtobuf(body, signal)
  const header = c.req.header(`qw-otel-${signal}-index`)
  const indexId = c.req.param('index') ?? header ?? OTLP_INDEX_IDS[signal]
  const countName = COUNT_NAMES[signal]
  // Nothing in it, so nothing to say of its shape.
  if (Object.keys(batch).length === 0) {
    return await otlpReply(encoding, { count: 0, message: '', countName })
  }
  const config = await configOf(search.metastore, indexId, signal)
  const docs = otlpDocs(batch, signal, namesOf(config, search.clock.nowMs()))
  const lines = docs.map((doc) => `${stringifyJson(wellFormed(doc))}\n`)
  const outcome = await ingest.ingest(indexId, Buffer.from(lines.join('')), 'auto')
  const { rejectedCount: count, ingestedCount, rejected } = outcome
  const message = rejected[0]?.reason ?? ''
  if (count > 0 && ingestedCount === 0) {
    throw new QwError('invalid', `index \`${indexId}\` takes none of the ${count}: ${message}`, {
      code: 'DOC-REJECTED',
    })
  }
  return await otlpReply(encoding, { count, message, countName })
}

async function decodeProtobuf(body: Uint8Array, signal: OtlpSignal): Promise<JsonObject> {
  const { decodeOtlp } = await import('../engine/sources/otlp/protobuf.ts')
  return decodeOtlp(body, signal)
}

function wellFormed(doc: JsonObject | LineProblem): JsonObject {
  if (doc instanceof LineProblem) throw decodeError(doc.reason)
  return doc
}

/** The index's config; an index that is not there is made, by a template where one matches its id. */
async function configOf(
  metastore: Metastore,
  indexId: string,
  signal: OtlpSignal,
): Promise<IndexConfig> {
  try {
    return (await metastore.load(indexId)).metadata.config
  } catch (error) {
    if (!isQwError(error, 'notFound')) throw error
    if (!(await metastore.createFromTemplate(indexId))) {
      await metastore.createIfAbsent(otlpIndexConfig(signal, indexId))
    }
    return (await metastore.load(indexId)).metadata.config
  }
}

/** An index of the templates `otel-logs` and `otel-traces` is filled with their names, so that files and
 *  requests may go into the same one. */
function namesOf({ docMapping }: IndexConfig, nowMs: number): OtlpNames {
  const isTemplate = docMapping.timestampField === 'timestamp'
  return isTemplate ? TEMPLATE_NAMES : quickwitNames(BigInt(nowMs) * 1_000_000n)
}

function nothingIsTaken(): QwError {
  return new QwError('invalid', 'documents are not taken here: this API only reads', {
    code: 'NOT-IMPLEMENTED',
    fix: 'let the collector write files into the staging bucket (exporter awss3 with marshaler otlp_json), or send to qw-lambda serve',
  })
}

function wrongType(type: string | undefined): QwError {
  return new QwError('invalid', `content type ${type ?? 'that is missing'} is not one of OTLP`, {
    code: 'CONTENT-TYPE',
    fix: 'send application/x-protobuf or application/json',
  })
}

function noMetrics(): QwError {
  return new QwError('invalid', 'metrics are not kept', {
    code: 'NOT-IMPLEMENTED',
    fix: 'send logs and traces alone',
  })
}
