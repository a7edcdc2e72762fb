import type { Context, Hono } from 'hono'
import { stringifyJson, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import type { DeleteQuery, DeleteTask } from '../../engine/metastore/delete-task.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import { checkDeleteQuery } from '../../engine/search/match-docs.ts'
import type { SearchContext } from '../../engine/search/root.ts'
import { matchingIndexes } from '../index-patterns.ts'
import { readOptionalJsonObject } from '../request-body.ts'
import type { RequestFields } from '../request-fields.ts'
import type { IngestService } from '../services.ts'
import { bodyOptions } from './options/option.ts'
import { DELETE_BY_QUERY_BODY, DELETE_BY_QUERY_URL } from './options/request-options.ts'
import { elasticReply, pathPatterns, urlFields } from './request-parts.ts'
import { missingIndexesOf } from './search-params.ts'

interface EraseServices {
  readonly search: SearchContext
  readonly ingest: IngestService
}

/** Deleting what a query finds in what is published; `_tasks` says how far one is that nobody waited for. */
export function addDeleteByQueryRoutes(app: Hono, services: EraseServices): void {
  app.post('/:index/_delete_by_query', (c) => answerDelete(c, services))
  app.get('/_tasks/:task', (c) => answerTask(c.req.param('task'), services.search))
}

async function answerDelete(c: Context, { search, ingest }: EraseServices): Promise<Response> {
  const startMs = search.clock.nowMs()
  const fields = urlFields(c, DELETE_BY_QUERY_URL)
  const body = await readOptionalJsonObject(c.req.raw)
  const what = 'a deletion by query'
  const query = deleteQueryOf(fields, bodyOptions(body, DELETE_BY_QUERY_BODY, what))
  const files = await matchingIndexes(search.metastore, pathPatterns(c), missingIndexesOf(fields))
  for (const file of files) checkDeleteQuery(file, query, startMs)
  const asked: { readonly indexId: string; readonly task: DeleteTask }[] = []
  for (const { metadata } of files) {
    const task = await search.metastore.addDeleteTask(metadata.indexId, query)
    asked.push({ indexId: metadata.indexId, task })
  }
  if (fields.boolean('wait_for_completion') === false) {
    // What fails is logged, and done again with the next one.
    for (const { indexId } of asked) void ingest.erase(indexId).catch(() => undefined)
    const ids = asked.map(({ indexId, task }) => `${indexId}:${task.opstamp}`)
    return elasticReply({ task: ids.join(',') })
  }
  const done: DeleteTask[] = []
  const failures: JsonValue[] = []
  for (const { indexId, task } of asked) {
    const result = await ingest.erase(indexId)
    for (const { splitId, error } of result.failures) {
      failures.push({ index: indexId, id: splitId, status: 500, cause: { reason: error } })
    }
    done.push(taskOf(await search.metastore.load(indexId), task.opstamp) ?? task)
  }
  const took = Math.round(search.clock.nowMs() - startMs)
  return elasticReply({ ...reportOf(done, took), failures }, failures.length > 0 ? 500 : 200)
}

function deleteQueryOf(url: RequestFields, body: RequestFields): DeleteQuery {
  const q = url.text('q')
  const asked = q === undefined ? body.raw('query') : { query_string: queryText(q, url) }
  if (asked === undefined) {
    throw new QwError('invalid', 'query is missing', {
      code: 'REQUEST-DECODE',
      fix: 'say which documents: {"query": {"range": {"<field>": {"lt": "now-30d"}}}}',
    })
  }
  return {
    dialect: 'elastic',
    text: stringifyJson(asked),
    searchFields: undefined,
    startTimestamp: undefined,
    endTimestamp: undefined,
  }
}

/** What a URL says, as the clause that says the same. */
function queryText(query: string, url: RequestFields): JsonObject {
  const [operator, field, lenient] = [
    url.text('default_operator'),
    url.text('df'),
    url.boolean('lenient'),
  ]
  return {
    query,
    ...(operator === undefined ? {} : { default_operator: operator }),
    ...(field === undefined ? {} : { default_field: field }),
    ...(lenient === undefined ? {} : { lenient }),
  }
}

/** `<index>:<opstamp>`, several joined by commas: the id that a deletion without waiting gave. */
async function answerTask(id: string, { metastore, clock }: SearchContext): Promise<Response> {
  const tasks: DeleteTask[] = []
  for (const part of id.split(',')) {
    const colon = part.lastIndexOf(':')
    const [file] = await matchingIndexes(metastore, [part.slice(0, colon)], 'skip')
    const task = file && taskOf(file, Number(part.slice(colon + 1)))
    if (task === undefined) {
      throw new QwError('notFound', `task [${id}] isn't running and hasn't stored its results`, {
        code: 'ROUTE',
      })
    }
    tasks.push(task)
  }
  const completed = tasks.every(({ finishedMs }) => finishedMs !== undefined)
  const startMs = Math.min(...tasks.map(({ createdMs }) => createdMs))
  const tookMs = Math.max(...tasks.map(({ finishedMs }) => finishedMs ?? clock.nowMs())) - startMs
  const status = reportOf(tasks, Math.round(tookMs))
  return elasticReply({
    completed,
    task: {
      node: 'qw-lambda',
      action: 'indices:data/write/delete/byquery',
      status,
      start_time_in_millis: Math.round(startMs),
      running_time_in_nanos: Math.round(tookMs * 1e6),
      cancellable: false,
    },
    ...(completed ? { response: { ...status, failures: [] } } : {}),
  })
}

function taskOf({ deleteTasks }: IndexFile, opstamp: number): DeleteTask | undefined {
  return deleteTasks.find((task) => task.opstamp === opstamp)
}

/** A split written anew counts as a batch. */
function reportOf(tasks: readonly DeleteTask[], took: number): JsonObject {
  const deleted = tasks.reduce((sum, task) => sum + task.erasedDocCount, 0)
  const batches = tasks.reduce(
    (sum, task) => sum + task.rewrittenSplitCount + task.droppedSplitCount,
    0,
  )
  return {
    took,
    timed_out: false,
    total: deleted,
    deleted,
    batches,
    version_conflicts: 0,
    noops: 0,
    retries: { bulk: 0, search: 0 },
    throttled_millis: 0,
    requests_per_second: -1,
    throttled_until_millis: 0,
  }
}
