import type { Hono } from 'hono'
import { stringifyJson, type JsonObject } from '../engine/bytes/json.ts'
import { QwError } from '../engine/errors.ts'
import type { DeleteQuery, DeleteTask } from '../engine/metastore/delete-task.ts'
import type { IndexMetadata } from '../engine/metastore/index-metadata.ts'
import { describeQuery } from '../engine/search/describe-query.ts'
import { bindDeleteQuery, checkDeleteQuery } from '../engine/search/match-docs.ts'
import { loadIndex } from './index-patterns.ts'
import { jsonReply } from './reply.ts'
import { decodeError, readJsonObject } from './request-body.ts'
import { RequestFields } from './request-fields.ts'
import type { ApiServices } from './services.ts'

const TASK_FIELDS = ['query', 'search_field', 'search_fields', 'start_timestamp', 'end_timestamp']

/** Erasures by query. Asking for one answers at once; the list says how far each is. */
export function addDeleteTaskRoutes(app: Hono, { search, ingest }: ApiServices): void {
  const { metastore } = search
  app.get('/:index/delete-tasks', async (c) => {
    const { metadata, deleteTasks } = await loadIndex(metastore, c.req.param('index'))
    return jsonReply(
      deleteTasks.map((task) => taskJson(task, metadata)),
      'pretty_json',
    )
  })
  if (ingest === undefined) return
  app.post('/:index/delete-tasks', async (c) => {
    const file = await loadIndex(metastore, c.req.param('index'))
    const { metadata } = file
    const query = readDeleteQuery(await readJsonObject(c.req.raw))
    checkDeleteQuery(file, query, search.clock.nowMs())
    const task = await metastore.addDeleteTask(metadata.indexId, query)
    // Nobody waits for it here: what fails is logged, and done again with the next one.
    void ingest.erase(metadata.indexId).catch(() => undefined)
    return jsonReply(taskJson(task, metadata), 'pretty_json')
  })
}

function readDeleteQuery(body: JsonObject): DeleteQuery {
  const fields = RequestFields.fromJson(body, TASK_FIELDS)
  const text = fields.text('query')
  if (text === undefined) throw decodeError('missing field `query`')
  const searchFields = [
    ...fieldNames(fields, 'search_field'),
    ...fieldNames(fields, 'search_fields'),
  ]
  return {
    dialect: 'native',
    text,
    searchFields: searchFields.length === 0 ? undefined : searchFields,
    startTimestamp: fields.integer('start_timestamp'),
    endTimestamp: fields.integer('end_timestamp'),
  }
}

/** A list, as JSON or as text with commas. */
function fieldNames(fields: RequestFields, name: string): string[] {
  const raw = fields.raw(name)
  if (!Array.isArray(raw)) return fields.list(name)
  return raw.map((part) => {
    if (typeof part !== 'string') throw fields.wrong(name, 'a list of strings')
    return part
  })
}

/** As Quickwit shows a task, and how far it is. */
function taskJson(task: DeleteTask, { indexUid, config }: IndexMetadata): JsonObject {
  const { query } = task
  return {
    create_timestamp: Math.floor(task.createdMs / 1000),
    opstamp: task.opstamp,
    delete_query: {
      index_uid: indexUid,
      ...(query.startTimestamp === undefined ? {} : { start_timestamp: query.startTimestamp }),
      ...(query.endTimestamp === undefined ? {} : { end_timestamp: query.endTimestamp }),
      query_ast: astText(task, config),
    },
    query: query.text,
    num_docs_erased: task.erasedDocCount,
    num_splits_rewritten: task.rewrittenSplitCount,
    num_splits_dropped: task.droppedSplitCount,
    finish_timestamp: task.finishedMs === undefined ? null : Math.floor(task.finishedMs / 1000),
  }
}

/** The query as bound to the fields; the words it came in where the mapping does not know them any more. */
function astText({ query, createdMs }: DeleteTask, config: IndexMetadata['config']): string {
  try {
    return stringifyJson(describeQuery(bindDeleteQuery(config, query, createdMs).query))
  } catch (error) {
    if (!(error instanceof QwError)) throw error
    return query.text
  }
}
