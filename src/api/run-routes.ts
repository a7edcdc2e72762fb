import type { Hono } from 'hono'
import type { JsonObject } from '../engine/bytes/json.ts'
import { keptRejects } from '../engine/indexing/kept-rejects.ts'
import { KEEPS_NONE, RejectLog } from '../engine/indexing/rejects.ts'
import { openFailures, runStateText, type RunSummary } from '../engine/metastore/run-summary.ts'
import { loadIndex } from './index-patterns.ts'
import { reasonJson } from './reason-json.ts'
import { JSON_STYLES, jsonReply } from './reply.ts'
import { RequestFields } from './request-fields.ts'
import { withTimeout } from './run-search.ts'
import type { ApiServices } from './services.ts'

const DEFAULT_RUNS = 25
const DEFAULT_DOCUMENTS = 20
/** Rejected documents whose reasons are counted; the newest runs come first. */
const MAX_READ = 50_000

/** What was indexed lately, and what of it did not get in. */
export function addRunRoutes(app: Hono, { search: { metastore, clock } }: ApiServices): void {
  app.get('/:index/runs', async (c) => {
    const fields = paramsOf(c.req.url, ['limit'])
    const { runs } = await loadIndex(metastore, c.req.param('index'))
    const shown = runs.slice(0, fields.count('limit') ?? DEFAULT_RUNS)
    const failed = new Set(openFailures(runs))
    const nowMs = clock.nowMs()
    return reply(fields, {
      runs: shown.map((run) => ({ ...runJson(run, nowMs), waits: failed.has(run) })),
    })
  })
  app.get('/:index/failures', async (c) => {
    const fields = paramsOf(c.req.url, ['run', 'limit'])
    const runId = fields.text('run') ?? ''
    const limit = fields.count('limit') ?? DEFAULT_DOCUMENTS
    const file = await loadIndex(metastore, c.req.param('index'))
    const log = new RejectLog(KEEPS_NONE)
    const documents: JsonObject[] = []
    await withTimeout(c.req.raw.signal, async (signal) => {
      for await (const reject of keptRejects(metastore.store, file, { runId, signal })) {
        log.add(reject, new Uint8Array(0), false)
        if (documents.length < limit) {
          documents.push({
            run: reject.runId,
            file: reject.sourceUri,
            line: reject.line,
            reason: reject.reason,
            text: reject.text,
          })
        }
        if (log.count >= MAX_READ) break
      }
    })
    const failed = openFailures(file.runs).filter((run) => run.runId.startsWith(runId))
    const nowMs = clock.nowMs()
    return reply(fields, {
      rejected: log.count,
      reasons: log.reasonsByCount().map(reasonJson),
      documents,
      failed_runs: failed.map((run) => runJson(run, nowMs)),
    })
  })
}

function runJson(run: RunSummary, nowMs: number): JsonObject {
  return {
    id: run.runId,
    file: run.sourceUri,
    status: runStateText(run, nowMs),
    started: new Date(run.startedMs).toISOString(),
    ended: new Date(run.updatedMs).toISOString(),
    docs: run.docCount,
    rejected: run.rejectedCount,
    bytes: run.sourceBytes,
    splits: run.splitCount,
    error: run.error ?? null,
  }
}

function paramsOf(url: string, known: readonly string[]): RequestFields {
  return RequestFields.fromUrl(new URL(url).searchParams, [...known, 'format'])
}

function reply(fields: RequestFields, body: JsonObject): Response {
  return jsonReply(body, fields.oneOf('format', JSON_STYLES) ?? 'pretty_json')
}
