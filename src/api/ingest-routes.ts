import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import type { Hono } from 'hono'
import type { JsonObject } from '../engine/bytes/json.ts'
import { QwError } from '../engine/errors.ts'
import type { RejectedDoc } from '../engine/indexing/rejects.ts'
import { jsonReply } from './reply.ts'
import { MAX_INGEST_BODY_BYTES, readBody, RequestFields } from './request-fields.ts'
import type { CommitMode, IngestService } from './services.ts'

const COMMIT_MODES: Readonly<Record<string, CommitMode>> = {
  auto: 'auto',
  wait_for: 'waitFor',
  force: 'force',
}

/** A body may grow this much when it is decompressed. */
const MAX_DECODED_BYTES = 10 * MAX_INGEST_BODY_BYTES

export function addIngestRoutes(app: Hono, ingest: IngestService): void {
  app.post('/:index/ingest', async (c) => {
    const fields = RequestFields.fromUrl(new URL(c.req.url).searchParams, [
      'commit',
      'commit_type',
      'detailed_response',
      'use_legacy_ingest',
      'format',
    ])
    const names = ['auto', 'wait_for', 'force']
    const commit = fields.oneOf('commit', names) ?? fields.oneOf('commit_type', names) ?? 'auto'
    const body = decoded(
      await readBody(c.req.raw, MAX_INGEST_BODY_BYTES),
      c.req.header('content-encoding'),
    )
    const outcome = await ingest.ingest(c.req.param('index'), body, COMMIT_MODES[commit] ?? 'auto')
    const total = outcome.ingestedCount + outcome.rejectedCount
    if (total === 0) return jsonReply({ num_docs_for_processing: 0 }, 'pretty_json')
    const reply: JsonObject = {
      num_docs_for_processing: total,
      num_ingested_docs: outcome.ingestedCount,
      num_rejected_docs: outcome.rejectedCount,
      ...(fields.boolean('detailed_response') === true
        ? { parse_failures: outcome.rejected.map(parseFailure) }
        : {}),
    }
    return jsonReply(reply, 'pretty_json')
  })
}

function parseFailure(doc: RejectedDoc): JsonObject {
  const isSyntax = doc.kind === 'json' || doc.kind === 'encoding'
  return {
    message: doc.reason,
    document: doc.text,
    reason: isSyntax ? 'invalid_json' : doc.kind === 'mapping' ? 'invalid_schema' : 'unspecified',
  }
}

function decoded(body: Uint8Array, encoding: string | undefined): Uint8Array {
  const options = { maxOutputLength: MAX_DECODED_BYTES }
  try {
    switch (encoding?.toLowerCase()) {
      case undefined:
      case 'identity':
        return body
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, options)
      case 'deflate':
      case 'x-deflate':
        return inflateSync(body, options)
      case 'br':
        return brotliDecompressSync(body, options)
    }
  } catch (cause) {
    throw new QwError('invalid', `the request body is not valid ${encoding}`, { cause })
  }
  throw new QwError('invalid', `content encoding ${encoding} is not supported`, {
    code: 'CONTENT-ENCODING',
    fix: 'send identity, gzip, deflate or br',
  })
}
