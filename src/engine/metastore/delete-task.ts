import type { JsonObject } from '../bytes/json.ts'
import { QwError } from '../errors.ts'
import type { IndexFile, IndexMetadata } from './index-metadata.ts'
import type { SplitRecord } from './split-record.ts'
import {
  arrayAt,
  asFields,
  type Fields,
  integerAt,
  optionalIntegerAt,
  stringAt,
} from './json-fields.ts'

/** Which documents go, as it was asked: it is parsed when it is carried out. */
export interface DeleteQuery {
  /** `native`: the query language, clauses joined by AND. `elastic`: JSON of a query clause. */
  readonly dialect: 'native' | 'elastic'
  readonly text: string
  /** Fields of clauses that name none; undefined: those of the index. */
  readonly searchFields: readonly string[] | undefined
  /** Unix seconds; the end is exclusive. */
  readonly startTimestamp: number | undefined
  readonly endTimestamp: number | undefined
}

/**
 * An erasure of what a query finds. It concerns the splits that were published before it, which are
 * those with a smaller `deleteOpstamp`, and is finished when there is none left.
 */
export interface DeleteTask {
  /** A ULID; the same when the task is recorded twice because an answer was lost. */
  readonly taskId: string
  /** Its number in the index, from 1. */
  readonly opstamp: number
  readonly createdMs: number
  readonly query: DeleteQuery
  readonly erasedDocCount: number
  /** Splits written anew without the documents. */
  readonly rewrittenSplitCount: number
  /** Splits in which no document was left. */
  readonly droppedSplitCount: number
  /** Sizes of the splits that were rewritten or dropped. */
  readonly erasedSplitBytes: number
  readonly finishedMs: number | undefined
}

/** Finds the documents of a split that a task is about, ascending. Rejects with what reading throws, and
 *  with `invalid` when the index has changed so that the query says nothing any more, or the split's
 *  documents were not indexed for it. */
export type MatchDocs = (
  metadata: IndexMetadata,
  split: SplitRecord,
  task: Pick<DeleteTask, 'query' | 'createdMs'>,
  signal?: AbortSignal,
) => Promise<Uint32Array>

/** Unfinished at once: each split that is behind is searched for all of them. */
const MAX_PENDING_TASKS = 100
/** Finished ones that are still listed. */
const MAX_FINISHED_TASKS = 25
/** With those that a snapshot has not seen: they come to it when it is restored. */
const MAX_KEPT_TASKS = 1_000

export function pendingTasks(file: IndexFile): DeleteTask[] {
  return file.deleteTasks.filter(({ finishedMs }) => finishedMs === undefined)
}

/** What a split has that no recorded erasure concerns. */
export function latestOpstamp(file: IndexFile): number {
  return file.deleteTasks.at(-1)?.opstamp ?? 0
}

/** With one task more. Those after `snapshotOpstamp` are kept. Throws `tooLarge` when too many are
 *  unfinished or kept. */
export function withTask(
  tasks: readonly DeleteTask[],
  { taskId, createdMs, query }: Pick<DeleteTask, 'taskId' | 'createdMs' | 'query'>,
  snapshotOpstamp: number,
): readonly DeleteTask[] {
  if (tasks.some((task) => task.taskId === taskId)) return tasks
  const pendingCount = tasks.filter(({ finishedMs }) => finishedMs === undefined).length
  if (pendingCount >= MAX_PENDING_TASKS) {
    throw new QwError(
      'tooLarge',
      `${pendingCount} deletions are unfinished, ${MAX_PENDING_TASKS} are allowed`,
      { fix: 'wait until some have finished, or ask for several at once in one query with OR' },
    )
  }
  const excess = Math.max(0, tasks.length - pendingCount - MAX_FINISHED_TASKS)
  let dropped = 0
  const kept = tasks.filter(
    ({ finishedMs, opstamp }) =>
      finishedMs === undefined || opstamp > snapshotOpstamp || dropped++ >= excess,
  )
  if (kept.length >= MAX_KEPT_TASKS) {
    throw new QwError('tooLarge', `${kept.length} deletions came after the oldest snapshot`, {
      why: 'each of them is kept, to be applied when the snapshot is restored',
      fix: 'delete the oldest snapshot: qw-lambda index snapshot list',
    })
  }
  const task: DeleteTask = {
    taskId,
    opstamp: (tasks.at(-1)?.opstamp ?? 0) + 1,
    createdMs,
    query,
    erasedDocCount: 0,
    rewrittenSplitCount: 0,
    droppedSplitCount: 0,
    erasedSplitBytes: 0,
    finishedMs: undefined,
  }
  return [...kept, task]
}

export function encodeDeleteTask(task: DeleteTask): JsonObject {
  const { query } = task
  return {
    task_id: task.taskId,
    opstamp: task.opstamp,
    created_ms: task.createdMs,
    dialect: query.dialect,
    query: query.text,
    search_fields: query.searchFields === undefined ? null : [...query.searchFields],
    start_timestamp: query.startTimestamp ?? null,
    end_timestamp: query.endTimestamp ?? null,
    num_docs_erased: task.erasedDocCount,
    num_splits_rewritten: task.rewrittenSplitCount,
    num_splits_dropped: task.droppedSplitCount,
    split_bytes_erased: task.erasedSplitBytes,
    finished_ms: task.finishedMs ?? null,
  }
}

/** Throws `corrupt`. */
export function decodeDeleteTask(value: unknown): DeleteTask {
  const fields = asFields(value, 'delete_tasks')
  return {
    taskId: stringAt(fields, 'task_id'),
    opstamp: integerAt(fields, 'opstamp'),
    createdMs: integerAt(fields, 'created_ms'),
    query: {
      dialect: decodeDialect(stringAt(fields, 'dialect')),
      text: stringAt(fields, 'query'),
      searchFields: decodeSearchFields(fields),
      startTimestamp: optionalIntegerAt(fields, 'start_timestamp'),
      endTimestamp: optionalIntegerAt(fields, 'end_timestamp'),
    },
    erasedDocCount: integerAt(fields, 'num_docs_erased'),
    rewrittenSplitCount: integerAt(fields, 'num_splits_rewritten'),
    droppedSplitCount: integerAt(fields, 'num_splits_dropped'),
    erasedSplitBytes: integerAt(fields, 'split_bytes_erased'),
    finishedMs: optionalIntegerAt(fields, 'finished_ms'),
  }
}

function decodeDialect(text: string): DeleteQuery['dialect'] {
  if (text === 'native' || text === 'elastic') return text
  throw new QwError('corrupt', `metastore: unknown query dialect \`${text}\``)
}

function decodeSearchFields(fields: Fields): readonly string[] | undefined {
  if (fields['search_fields'] === null) return undefined
  return arrayAt(fields, 'search_fields').map(String)
}
