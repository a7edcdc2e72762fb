import {
  isJsonObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '../../engine/bytes/json.ts'
import { apiGetJson, apiPost, type ApiClient } from '../stack/api-client.ts'
import { messageOf, QwError } from '../../engine/errors.ts'
import type { GrafanaFacts } from './grafana-files.ts'

/** One thing that Grafana's Quickwit data source asks, and how it went. */
interface PluginCall {
  readonly what: string
  readonly path: string
  readonly ok: boolean
  /** What came, or why it did not. */
  readonly found: string
}

interface Call {
  readonly what: string
  readonly path: string
  readonly ask: (client: ApiClient, signal: AbortSignal) => Promise<string>
}

/** In the order in which a person meets them: saving the data source, the editor, panels, logs. */
export async function tryPluginCalls(
  client: ApiClient,
  facts: Facts,
  { nowMs, signal }: { readonly nowMs: number; readonly signal: AbortSignal },
): Promise<PluginCall[]> {
  const tried: PluginCall[] = []
  for (const { what, path, ask } of callsOf(facts, nowMs)) {
    try {
      tried.push({ what, path, ok: true, found: await ask(client, signal) })
    } catch (error) {
      signal.throwIfAborted()
      tried.push({ what, path, ok: false, found: messageOf(error) })
    }
  }
  return tried
}

const DAY_MS = 24 * 3600 * 1000
const MSEARCH = '/_elastic/_msearch?max_concurrent_shard_requests=256'

type Facts = Pick<GrafanaFacts, 'index' | 'timestampField' | 'levelField'>

function callsOf(facts: Facts, nowMs: number): Call[] {
  return [...fieldCalls(facts.index, nowMs), ...panelCalls(facts, nowMs), filterCall(facts.index)]
}

function fieldCalls(index: string, nowMs: number): Call[] {
  const id = encodeURIComponent(index)
  const metadata = `/indexes?index_id_patterns=${id}`
  const [start, end] = [nowMs - DAY_MS, nowMs].map((ms) => Math.floor(ms / 1000))
  const caps = `/_elastic/${id}/_field_caps?start_timestamp=${start}&end_timestamp=${end}`
  return [
    {
      what: 'save and test',
      path: metadata,
      ask: async (client, signal) => {
        const found = await apiGetJson(client, metadata, signal)
        if (!Array.isArray(found) || found.length === 0) throw noneFound(index)
        return `${found.length} ${found.length === 1 ? 'index' : 'indexes'}`
      },
    },
    {
      what: 'fields in the editor',
      path: caps,
      ask: async (client, signal) => {
        const fields = at(await apiGetJson(client, caps, signal), 'fields')
        return `${isJsonObject(fields) ? Object.keys(fields).length : 0} fields`
      },
    },
  ]
}

function panelCalls({ index, timestampField, levelField }: Facts, nowMs: number): Call[] {
  const startMs = nowMs - DAY_MS
  const bounds = { gte: nanosText(startMs), lte: nanosText(nowMs) }
  const filter = [{ range: { [timestampField]: bounds } }]
  const panel = (what: string, asked: JsonObject, say: (reply: JsonObject) => string): Call => {
    const header = JSON.stringify({ ignore_unavailable: true, index: [index] })
    const body = `${header}\n${JSON.stringify({ query: { bool: { filter } }, ...asked })}\n`
    const ask: Call['ask'] = async (client, signal) => say(await firstReply(client, body, signal))
    return { what, path: MSEARCH, ask }
  }
  const buckets = (name: string) => (reply: JsonObject) =>
    `${listAt(reply, 'aggregations', name, 'buckets').length} buckets`
  const histogram = {
    field: timestampField,
    fixed_interval: '3600000ms',
    min_doc_count: 0,
    extended_bounds: { min: startMs, max: nowMs },
  }
  const overTime = { '3': { date_histogram: histogram } }
  const newest = [{ [timestampField]: { order: 'desc', format: 'epoch_nanos_int' } }]
  const calls = [panel('documents over time', { size: 0, aggs: overTime }, buckets('3'))]
  if (levelField !== undefined) {
    const order = { _count: 'desc' }
    const terms = { field: levelField, size: 10, shard_size: 100, order, min_doc_count: 1 }
    const aggs = { '2': { terms, aggs: overTime } }
    calls.push(panel(`by ${levelField}`, { size: 0, aggs }, buckets('2')))
  }
  const lines = (reply: JsonObject): string =>
    `${listAt(reply, 'hits', 'hits').length} lines of the last day`
  return [...calls, panel('log lines', { size: 100, sort: newest }, lines)]
}

function filterCall(index: string): Call {
  const path = `/indexes/${encodeURIComponent(index)}/search`
  const body = JSON.stringify({ query: '*', max_hits: 1000, start_offset: 0 })
  const ask: Call['ask'] = async (client, signal) => {
    const { text } = await apiPost(client, { path, body, signal })
    return `${listAt(parseJson(text), 'hits').length} documents`
  }
  return { what: 'values of a filter', path, ask }
}

/** A panel that fails is an answer with status 200 around an error. */
async function firstReply(
  client: ApiClient,
  body: string,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { text } = await apiPost(client, { path: MSEARCH, body, signal })
  const [reply] = listAt(parseJson(text), 'responses')
  const reason = at(reply, 'error', 'reason')
  if (typeof reason === 'string') throw new QwError('invalid', reason)
  return isJsonObject(reply) ? reply : {}
}

function noneFound(index: string): QwError {
  return new QwError('notFound', `no index found for \`${index}\``, { code: 'INDEX-NONE' })
}

function at(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  let here = value
  for (const key of path) here = isJsonObject(here) ? here[key] : undefined
  return here
}

function listAt(value: JsonValue | undefined, ...path: readonly string[]): readonly JsonValue[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** As the plugin writes times. */
function nanosText(ms: number): string {
  return new Date(ms).toISOString().replace(/Z$/, '000000Z')
}
