import type { Context, Hono } from 'hono'
import {
  parseJson,
  isJsonObject,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import type { Clock } from '../../engine/ports.ts'
import { isIndexId } from '../../engine/schema/index-id.ts'
import { jsonText } from '../reply.ts'
import { INGEST_BODY, readBody } from '../request-body.ts'
import type { IngestOutcome, IngestService } from '../services.ts'
import { asQwError, messageWithFix } from '../api-error.ts'
import { statusOf } from '../status.ts'
import { errorCause } from './elastic-error.ts'
import { bodyOptions, urlOptions } from './options/option.ts'
import { BULK_ACTION, BULK_URL } from './options/request-options.ts'

const NEWLINE = 0x0a

interface BulkServices {
  readonly ingest: IngestService
  readonly clock: Clock
}

export function addBulkRoutes(app: Hono, services: BulkServices): void {
  for (const path of ['/_bulk', '/:index/_bulk']) {
    app.on(['POST', 'PUT'], path, (c) => answer(c, services))
  }
}

async function answer(c: Context, { ingest, clock }: BulkServices): Promise<Response> {
  const startMs = clock.nowMs()
  const { searchParams, pathname } = new URL(c.req.url)
  const known = [...searchParams].filter(([name]) => Object.hasOwn(BULK_URL, name))
  const fields = urlOptions(new URLSearchParams(known), BULK_URL, pathname)
  const refresh = fields.oneOf('refresh', REFRESHES) ?? 'false'
  const body = await readBody(c.req.raw, INGEST_BODY)
  const entries = parseBulk(body, c.req.param('index'))
  if (!Array.isArray(entries)) return requestFailure(entries)
  // As Quickwit answers when no document is left to ingest.
  if (!entries.some(({ indexId }) => isIndexId(indexId))) {
    return jsonText('{"took":0,"errors":false,"items":[]}')
  }
  const outcomes = new Map<BulkEntry, ItemError>()
  for (const [indexId, group] of groupByIndex(entries)) {
    for (const [entry, error] of await ingestGroup(ingest, indexId, group, refresh)) {
      outcomes.set(entry, error)
    }
  }
  const items = entries.map((entry) => itemJson(entry, outcomes.get(entry)))
  const took = clock.nowMs() - startMs
  const runsPipeline = fields.has('pipeline') || entries.some(({ pipeline }) => pipeline)
  return jsonText(
    stringifyJson({ took, errors: outcomes.size > 0, items }),
    200,
    runsPipeline ? PIPELINE_WARNING : {},
  )
}

/** A client that names a pipeline is told that it did not run. */
const PIPELINE_WARNING = {
  warning: '299 qw-lambda "no ingest pipeline runs: documents are taken as they were sent"',
}

export const REFRESHES = ['', 'true', 'false', 'wait_for'] as const
type Refresh = (typeof REFRESHES)[number]

/**
 * Takes documents, and answers when they can be found if that is asked for. `wait_for` commits what waits:
 * those who come together share a split, and nobody sits out the index's commit timeout, which is longer
 * than clients wait for an answer.
 */
export async function ingestRefreshing(
  ingest: IngestService,
  indexId: string,
  body: Uint8Array,
  refresh: Refresh,
): Promise<IngestOutcome> {
  const isForced = refresh === '' || refresh === 'true'
  const outcome = await ingest.ingest(indexId, body, isForced ? 'force' : 'auto')
  if (refresh === 'wait_for') await ingest.refresh(indexId)
  return outcome
}

interface BulkEntry {
  readonly indexId: string
  /** Echoed; two documents may have the same. */
  readonly id: string | null
  /** Whether a pipeline was to change it. */
  readonly pipeline: boolean
  readonly document: Uint8Array
}

interface BulkAction {
  readonly index: string | undefined
  readonly id: string | null
  readonly pipeline: boolean
}

/** Why nothing of the request was ingested. */
interface BulkFailure {
  readonly type: 'illegal_argument_exception' | 'action_request_validation_exception'
  readonly reason: string
}

interface BulkLine {
  /** From 1, blank lines counted. */
  readonly number: number
  readonly bytes: Uint8Array
}

function parseBulk(body: Uint8Array, pathIndex: string | undefined): BulkEntry[] | BulkFailure {
  const entries: BulkEntry[] = []
  let action: BulkAction | undefined
  for (const line of filledLines(body)) {
    if (action === undefined) {
      const parsed = parseAction(line.bytes, line.number)
      if ('reason' in parsed) return parsed
      action = parsed
      continue
    }
    const indexId = action.index ?? pathIndex
    if (indexId === undefined) return validationFailure('index is missing')
    entries.push({ ...action, indexId, document: line.bytes })
    action = undefined
  }
  return action === undefined ? entries : validationFailure('source is missing')
}

/** Views of the body's lines, without their ends. */
function* filledLines(body: Uint8Array): Generator<BulkLine> {
  let number = 0
  for (let start = 0; start < body.length;) {
    const found = body.indexOf(NEWLINE, start)
    const end = found < 0 ? body.length : found
    number++
    const bytes = body.subarray(start, end)
    if (bytes.some((byte) => byte > 0x20)) yield { number, bytes }
    start = end + 1
  }
}

/** A failure for anything but `create` and `index` with options that there are. */
function parseAction(line: Uint8Array, lineNumber: number): BulkAction | BulkFailure {
  const action = jsonOf(line)
  const [name, second] = isJsonObject(action) ? Object.keys(action) : []
  const isAdding = name === 'create' || name === 'index'
  const meta = isJsonObject(action) && isAdding ? action[name] : undefined
  if (name === 'update' || name === 'delete') return malformedAction(lineNumber, name)
  if (!isJsonObject(meta) || second !== undefined) return malformedAction(lineNumber)
  const { _index: index = null, _id: id = null, pipeline = null } = meta
  const hasNames =
    (index === null || typeof index === 'string') &&
    (id === null || typeof id === 'string' || typeof id === 'number')
  if (!hasNames) return malformedAction(lineNumber)
  return (
    refusedOption(meta, lineNumber) ?? {
      index: index ?? undefined,
      id: id === null ? null : String(id),
      pipeline: pipeline !== null && pipeline !== '_none',
    }
  )
}

function jsonOf(line: Uint8Array): JsonValue | undefined {
  try {
    return parseJson(new TextDecoder().decode(line))
  } catch {
    return undefined
  }
}

/** Nearly every action has no more than names: the table is asked where there is more. */
function refusedOption(meta: JsonObject, lineNumber: number): BulkFailure | undefined {
  const others = Object.keys(meta).filter((key) => key !== '_index' && key !== '_id')
  if (others.length === 0) return undefined
  try {
    bodyOptions(meta, BULK_ACTION, `action/metadata line [${lineNumber}]`)
    return undefined
  } catch (thrown) {
    return { type: 'illegal_argument_exception', reason: messageWithFix(asQwError(thrown)) }
  }
}

/** `found`: an action of Elasticsearch that stays out. */
function malformedAction(lineNumber: number, found?: string): BulkFailure {
  const why =
    found === undefined
      ? ''
      : `, found \`${found}\`: documents are not changed one by one; send new ones as they are now`
  const reason = `Malformed action/metadata line [${lineNumber}]: expected \`create\` or \`index\`${why}`
  return { type: 'illegal_argument_exception', reason }
}

function validationFailure(what: string): BulkFailure {
  const reason = `Validation Failed: 1: ${what};`
  return { type: 'action_request_validation_exception', reason }
}

function requestFailure({ type, reason }: BulkFailure): Response {
  const status = 400
  return jsonText(stringifyJson({ status, error: errorCause(reason, type) }), status)
}

function groupByIndex(entries: readonly BulkEntry[]): Map<string, BulkEntry[]> {
  const groups = new Map<string, BulkEntry[]>()
  for (const entry of entries) {
    const group = groups.get(entry.indexId)
    if (group === undefined) groups.set(entry.indexId, [entry])
    else group.push(entry)
  }
  return groups
}

interface ItemError {
  readonly status: number
  readonly type: string
  readonly reason: string
}

/** The documents of the group that were not ingested, with the reason. */
async function ingestGroup(
  ingest: IngestService,
  indexId: string,
  group: readonly BulkEntry[],
  refresh: Refresh,
): Promise<Map<BulkEntry, ItemError>> {
  try {
    if (!isIndexId(indexId)) throw new QwError('invalid', `index id \`${indexId}\` is invalid`)
    const lines = group.flatMap(({ document }) => [document, Uint8Array.of(NEWLINE)])
    const outcome = await ingestRefreshing(ingest, indexId, Buffer.concat(lines), refresh)
    return rejectedEntries(group, outcome)
  } catch (thrown) {
    const error = itemError(thrown, indexId)
    return new Map(group.map((entry) => [entry, error]))
  }
}

/** The service keeps the first rejections alone: what comes after the last kept one is not known. */
function rejectedEntries(
  group: readonly BulkEntry[],
  { rejected, rejectedCount }: IngestOutcome,
): Map<BulkEntry, ItemError> {
  const errors = new Map<BulkEntry, ItemError>()
  let lastLine = 0
  for (const { line, reason } of rejected) {
    const entry = group[line - 1]
    if (entry === undefined) continue
    errors.set(entry, { status: 400, type: 'document_parsing_exception', reason })
    lastLine = Math.max(lastLine, line)
  }
  if (rejectedCount <= rejected.length) return errors
  const reason = `${rejectedCount} documents were rejected, and whether this one was is not known: send fewer in one request`
  for (const entry of group.slice(lastLine)) {
    errors.set(entry, { status: 500, type: 'internal_exception', reason })
  }
  return errors
}

/** As clients sort their retries: 429 is worth sending again, the others are not. */
function itemError(thrown: unknown, indexId: string): ItemError {
  const error = asQwError(thrown)
  const reason = messageWithFix(error)
  if (error.code === 'INDEX-NONE') {
    const fix = error.fix === undefined ? '' : `. ${error.fix}`
    const type = 'index_not_found_exception'
    return { status: 404, type, reason: `no such index [${indexId}]${fix}` }
  }
  if (statusOf(error) === 408) return { status: 408, type: 'timeout_exception', reason }
  switch (error.kind) {
    case 'invalid':
    case 'tooLarge':
      return { status: 400, type: 'illegal_argument_exception', reason }
    case 'notFound':
      return { status: 404, type: 'index_not_found_exception', reason }
    case 'unavailable':
    case 'conflict':
      return { status: 429, type: 'rate_limited_exception', reason }
    case 'corrupt':
    case 'internal':
      return { status: 500, type: 'internal_exception', reason }
  }
}

/** The key is `index` also where the action was `create`. */
function itemJson({ indexId, id }: BulkEntry, error: ItemError | undefined): JsonObject {
  const base = { _index: indexId, _id: id }
  if (error === undefined) return { index: { ...base, status: 201, error: null } }
  const { status, type, reason } = error
  return { index: { ...base, status, error: { index: indexId, type, reason } } }
}
