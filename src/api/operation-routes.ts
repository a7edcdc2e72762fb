import type { Context, Hono } from 'hono'
import type { JsonObject } from '../engine/bytes/json.ts'
import { QwError } from '../engine/errors.ts'
import type { IndexingResult } from '../engine/indexing/indexing-result.ts'
import { findSourceFormat, parseSourceFormat } from '../engine/schema/source-format.ts'
import { withMissingAs } from './index-patterns.ts'
import type { IndexOperations } from './operations.ts'
import { JSON_STYLES, jsonReply } from './reply.ts'
import { INGEST_BODY, readBody, readOptionalJsonObject } from './request-body.ts'
import { RequestFields } from './request-fields.ts'
import { reasonJson } from './reason-json.ts'

/** Of a file that is sent, as sent. */
const MAX_UPLOAD_BYTES = 4 * 2 ** 30
/** Documents that an inference shows. */
const SAMPLE_DOCS = 20
const MAX_NAME_CHARS = 255

/** What people do by hand, for hosts that can write. */
export function addOperationRoutes(app: Hono, operations: IndexOperations): void {
  app.post('/:index/retry', async (c) => {
    const fields = await bodyFields(c, ['run'])
    const indexId = c.req.param('index')
    const result = await known(indexId, operations.retry({ indexId, runId: fields.text('run') }))
    return reply(c, {
      run: result.runId,
      docs: result.docCount,
      rejected: result.rejectedCount,
      not_tried: result.untriedCount,
      gone: result.goneCount,
      reasons: result.rejectReasons.map(reasonJson),
    })
  })
  app.post('/:index/merge', async (c) => {
    const fields = await bodyFields(c, ['target_docs'])
    const indexId = c.req.param('index')
    const targetDocs = fields.count('target_docs')
    if (targetDocs !== undefined && targetDocs < 2) {
      throw fields.wrong('target_docs', 'an integer of at least 2')
    }
    const result = await known(indexId, operations.merge({ indexId, targetDocs }))
    return reply(c, {
      merges: result.mergeCount,
      splits_merged: result.mergedSplitCount,
      docs_merged: result.mergedDocCount,
      failures: result.failures.map(({ splitIds, error }) => ({ split_ids: [...splitIds], error })),
      complete: !result.incomplete,
    })
  })
  app.post('/:index/gc', async (c) => {
    const fields = await bodyFields(c, ['dry_run'])
    const indexId = c.req.param('index')
    const dryRun = fields.boolean('dry_run') ?? false
    const result = await known(indexId, operations.cleanUp({ indexId, dryRun }))
    return reply(c, {
      dry_run: dryRun,
      splits_expired: result.retiredSplitCount,
      bytes_expired: result.retiredBytes,
      splits_deleted: result.deletedSplitCount,
      orphans_deleted: result.deletedOrphanCount,
      lists_deleted: result.deletedRejectedCount,
      bytes_freed: result.deletedBytes,
      failed: result.failedDeleteCount,
      complete: !result.incomplete,
    })
  })
  app.post('/infer', async (c) => {
    const fields = urlFields(c, ['name', 'index_id', 'input_format', 'timestamp_field'])
    const bytes = await readBody(c.req.raw, INGEST_BODY)
    const inference = await operations.infer({
      bytes,
      name: fileName(fields),
      format: inputFormat(fields),
      indexId: fields.text('index_id') ?? 'documents',
      timestampField: fields.text('timestamp_field'),
    })
    return reply(c, {
      format: inference.format,
      config: inference.config,
      yaml: inference.yaml,
      timestamp_candidates: [...inference.timestampCandidates],
      template: inference.template ?? null,
      sample: inference.sample.slice(0, SAMPLE_DOCS),
      warnings: [...inference.warnings],
    })
  })
}

/** The answer to `POST /:index/ingest?input_format=…`: the body is a file of any known format. */
export async function uploadReply(c: Context, operations: IndexOperations): Promise<Response> {
  const fields = urlFields(c, ['input_format', 'name', 'commit'])
  const indexId = c.req.param('index') ?? ''
  const { body, signal } = c.req.raw
  if (body === null) throw new QwError('invalid', 'there is no file in the request')
  const upload = {
    indexId,
    name: fileName(fields),
    format: inputFormat(fields),
    body: upTo(body, MAX_UPLOAD_BYTES),
  }
  return reply(c, uploadJson(await known(indexId, operations.indexUpload(upload, signal))))
}

function uploadJson(result: IndexingResult): JsonObject {
  return {
    num_docs_for_processing: result.docCount + result.rejectedCount,
    num_ingested_docs: result.docCount,
    num_rejected_docs: result.rejectedCount,
    state: result.state,
    run: result.runId,
    file: result.sourceUri,
    bytes: result.sourceBytes,
    reasons: result.rejectReasons.map(reasonJson),
  }
}

async function* upTo(body: ReadableStream<Uint8Array>, maxBytes: number) {
  let sizeBytes = 0
  for await (const chunk of body) {
    sizeBytes += chunk.length
    if (sizeBytes > maxBytes) {
      throw new QwError('tooLarge', `the file is over the limit of ${maxBytes} bytes`, {
        code: 'BODY-LIMIT',
        fix: 'index it from where it lies: qw-lambda ingest <file>',
      })
    }
    yield chunk
  }
}

/** By a name that is known; `auto` and none: by content. Throws `invalid` (INGEST-FORMAT). */
function inputFormat(fields: RequestFields): string | undefined {
  const name = fields.text('input_format')
  if (name === undefined || name === 'auto') return undefined
  if (findSourceFormat(name) === undefined) parseSourceFormat(name)
  return name
}

/** For people to know the run by; a path says nothing here. */
function fileName(fields: RequestFields): string {
  const name = (fields.text('name') ?? '').split(/[/\\]/).at(-1) ?? ''
  return name.slice(0, MAX_NAME_CHARS) || 'upload'
}

async function known<T>(indexId: string, work: Promise<T>): Promise<T> {
  return await withMissingAs(work, `index \`${indexId}\` not found`)
}

/** URL and body as one: what the URL says wins. */
async function bodyFields(c: Context, names: readonly string[]): Promise<RequestFields> {
  const body = await readOptionalJsonObject(c.req.raw)
  return RequestFields.fromUrl(new URL(c.req.url).searchParams, [...names, 'format'], body)
}

function urlFields(c: Context, names: readonly string[]): RequestFields {
  return RequestFields.fromUrl(new URL(c.req.url).searchParams, [...names, 'format'])
}

function reply(c: Context, body: JsonObject): Response {
  return jsonReply(body, urlStyle(c))
}

function urlStyle(c: Context): 'json' | 'pretty_json' {
  const style = new URL(c.req.url).searchParams.get('format')
  return JSON_STYLES.find((known) => known === style) ?? 'pretty_json'
}
