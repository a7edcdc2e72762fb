import {
  isJsonObject,
  parseJson,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import type { CliContext } from '../command/context.ts'
import { readTimeNs } from '../command/time-argument.ts'
import { apiGetJson, apiPost } from '../stack/api-client.ts'
import type { SearchRoute } from '../stack/route.ts'

/** What the tools ask. */
export interface ToolHost {
  readonly route: SearchRoute
  /** Of calls that name none. */
  readonly defaultIndex: string | undefined
  readonly context: Pick<CliContext, 'clock' | 'signal'>
}

interface InIndex {
  readonly index?: string | undefined
}

interface Asked extends InIndex {
  readonly query: string
  readonly since?: string | undefined
  readonly until?: string | undefined
}

/** Documents of one answer. */
export const MAX_HITS = 100
/** Characters of one answer: an assistant's memory is short, and what it reads costs money. */
const MAX_ANSWER_CHARS = 40_000
const MAX_FIELDS = 500
const TIMEOUT_MS = 30_000

/** One JSON object a line. */
export async function listIndexes({ route, context }: ToolHost): Promise<string> {
  const all = await apiGetJson(route.client, '/indexes?format=json', limited(context))
  const ids = (Array.isArray(all) ? all : []).map((metadata) => configOf(metadata)['index_id'])
  const lines: string[] = []
  for (const id of ids) {
    if (typeof id !== 'string') continue
    const path = `/indexes/${encodeURIComponent(id)}/describe`
    const stats = objectOf(await apiGetJson(route.client, path, limited(context)))
    lines.push(
      stringifyJson({
        index: id,
        docs: stats['num_published_docs'] ?? null,
        bytes: stats['size_published_splits'] ?? null,
        oldest: timeText(stats['min_timestamp']),
        newest: timeText(stats['max_timestamp']),
      }),
    )
  }
  return lines.length === 0 ? 'There is no index yet.' : cut(lines, 'name the index in search')
}

/** The field of time, the fields that are searched by default, then one JSON object a field. */
export async function listFields(host: ToolHost, asked: InIndex): Promise<string> {
  const { route, context } = host
  const index = encodeURIComponent(await indexOf(host, asked))
  const caps = await apiGetJson(
    route.client,
    `/_elastic/${index}/_field_caps?fields=*`,
    limited(context),
  )
  const fields = Object.entries(objectOf(objectOf(caps)['fields']))
  const lines = fields
    .filter(([name]) => !name.startsWith('_'))
    .map(([name, byType]) => {
      const types = Object.entries(objectOf(byType)).filter(([type]) => type !== 'object')
      const some = (key: string): boolean => types.some(([, caps]) => objectOf(caps)[key] === true)
      return stringifyJson({
        field: name,
        types: types.map(([type]) => type),
        searchable: some('searchable'),
        aggregatable: some('aggregatable'),
      })
    })
  const facts = await defaultsOf(host, index)
  const left = lines.length - MAX_FIELDS
  const more = left > 0 ? [`… and ${left} more fields`] : []
  return cut([...facts, ...lines.slice(0, MAX_FIELDS), ...more], 'ask for one index')
}

/** Of a pattern nothing is said: its indexes may differ. */
async function defaultsOf({ route, context }: ToolHost, index: string): Promise<string[]> {
  if (/[*,]|%2C/i.test(index)) return []
  const path = `/indexes/${index}?format=json`
  const config = configOf(await apiGetJson(route.client, path, limited(context)))
  const timestamp = objectOf(config['doc_mapping'])['timestamp_field'] ?? null
  const defaults = objectOf(config['search_settings'])['default_search_fields'] ?? []
  return [stringifyJson({ timestamp_field: timestamp, default_search_fields: defaults })]
}

/** How many there are, then one document a line. */
export async function search(
  host: ToolHost,
  asked: Asked & {
    readonly limit: number
    readonly sort?: string | undefined
    readonly order: 'asc' | 'desc'
  },
): Promise<string> {
  const { limit, sort, order } = asked
  // The native API's own way of saying it: a minus is ascending.
  const sorted = sort === undefined ? {} : { sort_by: order === 'asc' ? `-${sort}` : sort }
  const body = { ...requestOf(asked, host), max_hits: limit, ...sorted }
  const answer = await ask(host, asked, body)
  const hits = Array.isArray(answer['hits']) ? answer['hits'] : []
  const total = `${stringifyJson(answer['num_hits'] ?? null)} documents match; ${hits.length} follow.`
  const fix = 'narrow the query or the time, or ask for fewer documents'
  return cut([...failuresOf(answer), total, ...hits.map((hit) => stringifyJson(hit))], fix)
}

/** The aggregations as JSON. */
export async function aggregate(
  host: ToolHost,
  asked: Asked & { readonly aggs: Readonly<Record<string, unknown>> },
): Promise<string> {
  // What came as JSON is JSON: read again, so that its type says so.
  const aggs = parseJson(JSON.stringify(asked.aggs))
  const answer = await ask(host, asked, { ...requestOf(asked, host), max_hits: 0, aggs })
  const total = `${stringifyJson(answer['num_hits'] ?? null)} documents match.`
  const text = stringifyJson(answer['aggregations'] ?? {})
  if (text.length > MAX_ANSWER_CHARS) {
    throw new QwError(
      'tooLarge',
      `the answer has ${text.length} characters, ${MAX_ANSWER_CHARS} are allowed`,
      { fix: 'ask for fewer buckets: a smaller `size`, a longer interval, a narrower query' },
    )
  }
  return [...failuresOf(answer), total, text].join('\n')
}

async function ask(host: ToolHost, asked: InIndex, body: JsonObject): Promise<JsonObject> {
  const index = encodeURIComponent(await indexOf(host, asked))
  const { text } = await apiPost(host.route.client, {
    path: `/${index}/search`,
    body: stringifyJson(body),
    signal: limited(host.context),
  })
  return objectOf(parseJson(text))
}

function requestOf({ query, since, until }: Asked, { context }: ToolHost): JsonObject {
  const nowMs = context.clock.nowMs()
  const start = secondsOf('since', since, nowMs)
  const end = secondsOf('until', until, nowMs)
  return {
    query,
    ...(start === undefined ? {} : { start_timestamp: start }),
    ...(end === undefined ? {} : { end_timestamp: end }),
  }
}

/** Whole seconds, never fewer documents than asked for. */
function secondsOf(name: string, value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  const ns = readTimeNs(name, value, nowMs)
  const isWhole = ns % 1_000_000_000n === 0n
  const seconds = Number(ns / 1_000_000_000n)
  return name === 'until' && !isWhole ? seconds + 1 : seconds
}

async function indexOf({ route, defaultIndex }: ToolHost, { index }: InIndex): Promise<string> {
  return await route.index(index ?? defaultIndex)
}

function limited({ signal }: ToolHost['context']): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
}

/** Splits that could not be searched: the counts are too small then, which has to be said first. */
function failuresOf(answer: JsonObject): string[] {
  const errors = Array.isArray(answer['errors']) ? answer['errors'] : []
  return errors.map(
    (error) => `Incomplete: ${typeof error === 'string' ? error : stringifyJson(error)}`,
  )
}

/** As many lines as fit, and what to do about the others. */
function cut(lines: readonly string[], fix: string): string {
  let length = 0
  const kept = lines.filter((line) => {
    length += line.length + 1
    return length <= MAX_ANSWER_CHARS
  })
  const left = lines.length - kept.length
  if (left === 0) return kept.join('\n')
  return [...kept, `… ${left} more did not fit into ${MAX_ANSWER_CHARS} characters: ${fix}`].join(
    '\n',
  )
}

function timeText(seconds: JsonValue | undefined): string | null {
  return typeof seconds === 'number' ? new Date(seconds * 1000).toISOString() : null
}

function configOf(metadata: JsonValue): JsonObject {
  return objectOf(objectOf(metadata)['index_config'])
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
