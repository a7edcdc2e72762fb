import type { Hono } from 'hono'
import type { JsonObject } from '../engine/bytes/json.ts'
import { publishedSplits, type IndexFile } from '../engine/metastore/index-metadata.ts'
import type { FieldMapping } from '../engine/schema/field-mapping.ts'
import { escapeName, joinPath } from '../engine/schema/field-path.ts'
import type { ValueType } from '../engine/schema/value-type.ts'
import type { SearchContext } from '../engine/search/root.ts'
import { indexPatterns, matchingIndexes } from './index-patterns.ts'
import { JSON_STYLES, jsonReply } from './reply.ts'
import { RequestFields } from './request-fields.ts'
import { withTimeout } from './run-search.ts'
import { fieldMatcher, fieldsOfIndex, overlaps, type TimeWindow } from './split-fields.ts'

/** Of one answer, declared fields first; the others are counted. */
const DEFAULT_LIMIT = 5_000

const PARAMS = ['fields', 'start_timestamp', 'end_timestamp', 'limit', 'format']

/**
 * The fields of some indexes, declared or found in documents, each with what can be done with it and the
 * share of the documents that have it. Costs one read per split whose footer is not cached.
 */
export function addListFieldsRoute(app: Hono, context: SearchContext): void {
  app.get('/:index/list-fields', async (c) => {
    const params = RequestFields.fromUrl(new URL(c.req.url).searchParams, PARAMS)
    const window = {
      start: params.integer('start_timestamp'),
      end: params.integer('end_timestamp'),
    }
    const isWanted = fieldMatcher(params.list('fields'))
    const patterns = indexPatterns(c.req.param('index'))
    const files = await matchingIndexes(context.metastore, patterns, 'error')
    const table = await withTimeout(c.req.raw.signal, (signal) =>
      fieldTable(files, { context, window, signal }),
    )
    const rows = table.rows.filter(({ name }) => isWanted(name))
    const shown = rows.slice(0, params.count('limit') ?? DEFAULT_LIMIT)
    const { docCount } = table
    const body = {
      num_docs: docCount,
      fields: shown.map((row): JsonObject => ({
        name: row.name,
        type: row.type,
        searchable: row.searchable,
        aggregatable: row.aggregatable,
        declared: row.declared,
        coverage: coverageOf(row, docCount),
      })),
      num_omitted: rows.length - shown.length,
    }
    return jsonReply(body, params.oneOf('format', JSON_STYLES) ?? 'pretty_json')
  })
}

/** Unknown of no documents, and of a `json` field, whose values are those of the paths inside. */
function coverageOf({ type, docCount }: FieldRow, allCount: number): number | null {
  return allCount === 0 || type === 'json' ? null : Math.min(1, docCount / allCount)
}

interface FieldRow {
  readonly name: string
  /** As an index config writes it. */
  readonly type: string
  readonly declared: boolean
  searchable: boolean
  aggregatable: boolean
  docCount: number
}

interface TableScan {
  readonly context: SearchContext
  readonly window: TimeWindow
  readonly signal: AbortSignal
}

/** Declared fields in the mapping's order, then the others by name. One of several types has a row each. */
async function fieldTable(
  files: readonly IndexFile[],
  scan: TableScan,
): Promise<{ readonly rows: readonly FieldRow[]; readonly docCount: number }> {
  const rows = new Map<string, FieldRow>()
  for (const { metadata } of files) {
    for (const field of declaredFields(metadata.config.docMapping.fieldMappings, '')) {
      rows.set(keyOf(field), { ...field, ...rows.get(keyOf(field)) })
    }
  }
  let docCount = 0
  for (const file of files) {
    for (const split of publishedSplits(file)) {
      if (overlaps(split, scan.window)) docCount += split.docCount
    }
    for (const found of await fieldsOfIndex(file, scan)) {
      const name = found.path
      const type = CONFIG_TYPES[found.type]
      const nothing = { declared: false, searchable: false, aggregatable: false, docCount: 0 }
      const row = rows.get(keyOf({ name, type })) ?? { name, type, ...nothing }
      row.searchable ||= found.searchable
      row.aggregatable ||= found.aggregatable
      row.docCount += found.docCount
      rows.set(keyOf(row), row)
    }
  }
  return { rows: [...rows.values()], docCount }
}

function keyOf({ name, type }: Pick<FieldRow, 'name' | 'type'>): string {
  return `${name}\0${type}`
}

const CONFIG_TYPES: Readonly<Record<ValueType, string>> = {
  str: 'text',
  i64: 'i64',
  u64: 'u64',
  f64: 'f64',
  bool: 'bool',
  date: 'datetime',
  ip: 'ip',
  bytes: 'bytes',
}

/** What holds values; of a `json` field the paths inside come from documents. */
function* declaredFields(
  mappings: readonly FieldMapping[],
  prefix: string,
): Generator<FieldRow, void> {
  for (const mapping of mappings) {
    const name = joinPath(prefix, escapeName(mapping.name))
    if (mapping.type === 'object') yield* declaredFields(mapping.fieldMappings, name)
    else {
      // A concatenation is a text to whoever searches it.
      const type = mapping.type === 'concatenate' ? 'text' : mapping.type
      yield { name, type, declared: true, docCount: 0, ...abilitiesOf(mapping) }
    }
  }
}

function abilitiesOf(
  mapping: Exclude<FieldMapping, { readonly type: 'object' }>,
): Pick<FieldRow, 'searchable' | 'aggregatable'> {
  switch (mapping.type) {
    case 'text':
    case 'json':
      return {
        searchable: mapping.indexing !== undefined,
        aggregatable: mapping.fast !== undefined,
      }
    case 'concatenate':
      return { searchable: true, aggregatable: false }
    case 'u64':
    case 'i64':
    case 'f64':
    case 'bool':
    case 'ip':
    case 'datetime':
    case 'bytes':
      return { searchable: mapping.indexed, aggregatable: mapping.fast }
  }
}
