import type { Context, Hono } from 'hono'
import { stringifyJson, type JsonObject } from '../../engine/bytes/json.ts'
import type { ValueType } from '../../engine/schema/value-type.ts'
import type { SearchContext } from '../../engine/search/root.ts'
import { matchingIndexes } from '../index-patterns.ts'
import { jsonText } from '../reply.ts'
import { readOptionalJsonObject } from '../request-body.ts'
import type { RequestFields } from '../request-fields.ts'
import { withTimeout } from '../run-search.ts'
import { bodyOptions } from './options/option.ts'
import { FIELD_CAPS_BODY, FIELD_CAPS_URL } from './options/request-options.ts'
import { pathPatterns, urlFields } from './request-parts.ts'
import { checkExpandWildcards, missingIndexesOf } from './search-params.ts'
import { parseQueryObject } from './search-request.ts'
import { fieldMatcher, fieldsOfIndex, type IndexField } from '../split-fields.ts'

/**
 * Characters of the answer. Grafana asks for every field whenever an editor opens, and indexes with
 * many dynamic fields made answers of 57 MB elsewhere; what is beyond is left out and counted in the
 * header x-qw-fields-omitted.
 */
const MAX_REPLY_CHARS = 6_000_000

export function addFieldCapsRoutes(app: Hono, search: SearchContext): void {
  for (const path of ['/_field_caps', '/:index/_field_caps']) {
    app.on(['GET', 'POST'], path, (c) => answer(c, search))
  }
}

async function answer(c: Context, context: SearchContext): Promise<Response> {
  const fields = urlFields(c, FIELD_CAPS_URL)
  checkExpandWildcards(fields)
  const json = await readOptionalJsonObject(c.req.raw)
  const body = bodyOptions(json, FIELD_CAPS_BODY, 'a body of `_field_caps`')
  const wanted = fieldMatcher([...fields.list('fields'), ...namesIn(body)])
  const wantedTypes = fields.list('types')
  const window = { start: fields.integer('start_timestamp'), end: fields.integer('end_timestamp') }
  // It could only spare reads, never change the answer: checked, then left aside.
  const filter = body.raw('index_filter')
  if (filter !== undefined) parseQueryObject(filter, context.clock.nowMs())
  const files = await matchingIndexes(context.metastore, pathPatterns(c), missingIndexesOf(fields))
  const indexes = await withTimeout(c.req.raw.signal, async (signal) => {
    const out: IndexFields[] = []
    for (const file of files) {
      const all = await fieldsOfIndex(file, { context, window, signal })
      const declared = new Set(
        file.metadata.config.docMapping.fieldMappings.map(({ name }) => name),
      )
      const indexId = file.metadata.indexId
      const own = all.filter(({ path }) => wanted(path))
      const hasAny = own.length > 0 || [...declared].some(wanted)
      out.push({ indexId, declared, fields: own, hasAny })
    }
    return out
  })
  const includeUnmapped = fields.boolean('include_unmapped') ?? false
  const { text, omittedCount } = capsText(indexes, { includeUnmapped, wantedTypes })
  return jsonText(text, 200, omittedCount === 0 ? {} : { 'x-qw-fields-omitted': `${omittedCount}` })
}

/** The body's `fields`: one name or several, where the clients of Elasticsearch 8 put them. */
function namesIn(body: RequestFields): string[] {
  const raw = body.raw('fields')
  if (!Array.isArray(raw)) return body.list('fields')
  return raw.map((name) => {
    if (typeof name === 'string') return name
    throw body.wrong('fields', 'a name or an array of names')
  })
}

interface IndexFields {
  readonly indexId: string
  /** Names of the top level of the mapping. */
  readonly declared: ReadonlySet<string>
  readonly fields: readonly IndexField[]
  /** Whether one of the asked fields is declared or has values. */
  readonly hasAny: boolean
}

/** Text is analysed and whole at once, so it goes by two names. */
const CAPS_TYPES: Readonly<Record<ValueType, readonly string[]>> = {
  str: ['keyword', 'text'],
  i64: ['long'],
  u64: ['long'],
  f64: ['double'],
  bool: ['boolean'],
  date: ['date_nanos'],
  ip: ['ip'],
  bytes: ['binary'],
}

/** What the indexes say of one (path, reported type). */
interface Capability {
  readonly indices: Set<string>
  readonly searchableIn: Set<string>
  readonly aggregatableIn: Set<string>
}

interface CapsWish {
  /** Tell which indexes do not have a field that others have. */
  readonly includeUnmapped: boolean
  /** As reported; empty: all. */
  readonly wantedTypes: readonly string[]
}

function capsText(
  indexes: readonly IndexFields[],
  { includeUnmapped, wantedTypes }: CapsWish,
): { text: string; omittedCount: number } {
  // An index without any of the fields is told of where that is asked for, as Quickwit does it.
  const told = indexes.filter(({ hasAny }) => includeUnmapped || hasAny)
  const ids = told.map(({ indexId }) => indexId)
  const members: string[] = []
  let chars = 0
  let omittedCount = 0
  for (const [path, types] of declaredFirst(capabilitiesOf(indexes), indexes)) {
    const entry: JsonObject = {}
    for (const [type, capability] of types) {
      if (wantedTypes.length > 0 && !wantedTypes.includes(type)) continue
      entry[type] = capabilityJson(type, capability, ids)
    }
    if (Object.keys(entry).length === 0) continue
    const without = ids.filter((id) => ![...types.values()].some(({ indices }) => indices.has(id)))
    if (includeUnmapped && without.length > 0) entry['unmapped'] = unmappedJson(without)
    const member = `${JSON.stringify(path)}:${stringifyJson(entry)}`
    chars += member.length + 1
    if (chars > MAX_REPLY_CHARS) omittedCount++
    else members.push(member)
  }
  const text = `{"indices":${JSON.stringify(ids)},"fields":{${members.join(',')}}}`
  return { text, omittedCount }
}

type Capabilities = Map<string, Map<string, Capability>>

function capabilitiesOf(indexes: readonly IndexFields[]): Capabilities {
  const all: Capabilities = new Map()
  for (const { indexId, fields } of indexes) {
    for (const field of fields) {
      const types = all.get(field.path) ?? new Map<string, Capability>()
      all.set(field.path, types)
      for (const type of CAPS_TYPES[field.type]) {
        const capability = types.get(type) ?? newCapability()
        types.set(type, capability)
        capability.indices.add(indexId)
        if (field.searchable) capability.searchableIn.add(indexId)
        if (field.aggregatable) capability.aggregatableIn.add(indexId)
      }
    }
  }
  return all
}

function newCapability(): Capability {
  return { indices: new Set(), searchableIn: new Set(), aggregatableIn: new Set() }
}

/** So that the limit cuts off dynamic fields, which nobody wrote down. */
function declaredFirst(
  all: Capabilities,
  indexes: readonly IndexFields[],
): [string, Map<string, Capability>][] {
  const isDeclared = (path: string): boolean => {
    const top = path.split('.', 1)[0] ?? path
    return indexes.some(({ declared }) => declared.has(path) || declared.has(top))
  }
  const entries = [...all]
  return [
    ...entries.filter(([path]) => isDeclared(path)),
    ...entries.filter(([path]) => !isDeclared(path)),
  ]
}

function unmappedJson(indices: readonly string[]): JsonObject {
  const nothing = { metadata_field: false, searchable: false, aggregatable: false }
  return { ...nothing, type: 'unmapped', indices: [...indices] }
}

function capabilityJson(type: string, capability: Capability, ids: readonly string[]): JsonObject {
  const { indices, searchableIn, aggregatableIn } = capability
  const here = ids.filter((id) => indices.has(id))
  const notSearchable = here.filter((id) => !searchableIn.has(id))
  const notAggregatable = here.filter((id) => !aggregatableIn.has(id))
  const isMixed = (without: readonly string[]): boolean =>
    without.length > 0 && without.length < here.length
  return {
    metadata_field: false,
    searchable: searchableIn.size > 0,
    aggregatable: aggregatableIn.size > 0,
    type,
    ...(here.length === ids.length ? {} : { indices: here }),
    ...(isMixed(notSearchable) ? { non_searchable_indices: notSearchable } : {}),
    ...(isMixed(notAggregatable) ? { non_aggregatable_indices: notAggregatable } : {}),
  }
}
