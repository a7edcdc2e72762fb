import type { Context, Hono } from 'hono'
import { stringifyJson } from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import { withMissingAs } from '../index-patterns.ts'
import { INGEST_BODY, jsonObjectOf, readBody } from '../request-body.ts'
import type { IngestService } from '../services.ts'
import { ingestRefreshing, REFRESHES } from './bulk.ts'
import { DOCUMENT_URL } from './options/request-options.ts'
import { elasticReply, urlFields } from './request-parts.ts'

/** Nobody else may say so in words: clients show this header. */
const ID_WARNING = {
  warning:
    '299 qw-lambda "ids are not kept: a document that is sent twice is found twice, and none can be read or changed by its id"',
}

interface DocumentHost {
  readonly ingest: IngestService
  /** For a document that came without an id: some clients cannot read an answer that has none. */
  readonly newId: () => string
}

/** One document at a time; every one of them is added, as `_bulk` does it. */
export function addDocumentRoutes(app: Hono, host: DocumentHost): void {
  app.post('/:index/_doc', (c) => addOne(c, host))
  for (const path of ['/:index/_doc/:id', '/:index/_create/:id']) {
    app.on(['POST', 'PUT'], path, (c) => addOne(c, host))
  }
}

async function addOne(c: Context, { ingest, newId }: DocumentHost): Promise<Response> {
  const refresh = urlFields(c, DOCUMENT_URL).oneOf('refresh', REFRESHES) ?? 'false'
  const index = c.req.param('index') ?? ''
  const id = c.req.param('id')
  const document = jsonObjectOf(await readBody(c.req.raw, INGEST_BODY))
  const line = Buffer.from(`${stringifyJson(document)}\n`)
  const outcome = await withMissingAs(
    ingestRefreshing(ingest, index, line, refresh),
    `index \`${index}\` not found`,
  )
  const [rejected] = outcome.rejected
  if (rejected !== undefined)
    throw new QwError('invalid', rejected.reason, { code: 'DOC-REJECTED' })
  const shards = { total: 1, successful: 1, failed: 0 }
  const reply = elasticReply(
    {
      _index: index,
      _id: id ?? newId(),
      _version: 1,
      result: 'created',
      _shards: shards,
      _seq_no: 0,
      _primary_term: 1,
    },
    201,
  )
  if (id !== undefined) reply.headers.set('warning', ID_WARNING.warning)
  return reply
}
