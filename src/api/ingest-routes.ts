import type { Hono } from 'hono'
import type { JsonObject } from '../engine/bytes/json.ts'
import type { RejectedDoc } from '../engine/indexing/rejects.ts'
import { withMissingAs } from './index-patterns.ts'
import { uploadReply } from './operation-routes.ts'
import type { IndexOperations } from './operations.ts'
import { jsonReply } from './reply.ts'
import { INGEST_BODY, readBody } from './request-body.ts'
import { RequestFields } from './request-fields.ts'
import type { CommitMode, IngestService } from './services.ts'

const COMMIT_MODES: Readonly<Record<string, CommitMode>> = {
  auto: 'auto',
  wait_for: 'waitFor',
  force: 'force',
}

export function addIngestRoutes(
  app: Hono,
  ingest: IngestService,
  operations: IndexOperations | undefined,
): void {
  app.post('/:index/ingest', async (c) => {
    // Documents are NDJSON, as everywhere; whoever names a format, or asks to look, sends a file.
    const isFile = new URL(c.req.url).searchParams.has('input_format')
    if (isFile && operations !== undefined) return await uploadReply(c, operations)
    const fields = RequestFields.fromUrl(new URL(c.req.url).searchParams, [
      'commit',
      'commit_type',
      'detailed_response',
      'use_legacy_ingest',
      'format',
    ])
    const names = ['auto', 'wait_for', 'force']
    const commit = fields.oneOf('commit', names) ?? fields.oneOf('commit_type', names) ?? 'auto'
    const isDetailed = fields.boolean('detailed_response') ?? false
    const body = await readBody(c.req.raw, INGEST_BODY)
    const indexId = c.req.param('index')
    const outcome = await withMissingAs(
      ingest.ingest(indexId, body, COMMIT_MODES[commit] ?? 'auto'),
      `index \`${indexId}\` not found`,
    )
    const total = outcome.ingestedCount + outcome.rejectedCount
    if (total === 0) return jsonReply({ num_docs_for_processing: 0 }, 'pretty_json')
    const reply: JsonObject = {
      num_docs_for_processing: total,
      num_ingested_docs: outcome.ingestedCount,
      num_rejected_docs: outcome.rejectedCount,
      ...(isDetailed ? { parse_failures: outcome.rejected.map(parseFailure) } : {}),
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
