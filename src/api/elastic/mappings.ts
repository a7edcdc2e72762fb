import type { Context, Hono } from 'hono'
import { setKey, stringifyJson, type JsonObject } from '../../engine/bytes/json.ts'
import { messageOf } from '../../engine/errors.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import type { FieldMapping } from '../../engine/schema/field-mapping.ts'
import type { ValueType } from '../../engine/schema/value-type.ts'
import type { SearchContext } from '../../engine/search/root.ts'
import { matchingIndexes } from '../index-patterns.ts'
import { jsonText } from '../reply.ts'
import { RequestFields } from '../request-fields.ts'
import { pathPatterns } from './request-parts.ts'
import { missingIndexesOf } from './search-params.ts'
import { fieldMatcher, fieldsOfIndex, type FieldScan } from '../split-fields.ts'

const PARAMS = [
  'start_timestamp',
  'end_timestamp',
  'field_patterns',
  'fields',
  'ignore_unavailable',
]

export function addMappingRoutes(app: Hono, context: SearchContext): void {
  for (const path of ['/_mapping', '/_mappings', '/:index/_mapping', '/:index/_mappings']) {
    app.get(path, (c) => answer(c, context))
  }
}

async function answer(c: Context, context: SearchContext): Promise<Response> {
  const known = [...new URL(c.req.url).searchParams].filter(([name]) => PARAMS.includes(name))
  const fields = RequestFields.fromUrl(new URLSearchParams(known), PARAMS)
  const patterns = [...fields.list('field_patterns'), ...fields.list('fields')]
  const window = { start: fields.integer('start_timestamp'), end: fields.integer('end_timestamp') }
  const files = await matchingIndexes(context.metastore, pathPatterns(c), missingIndexesOf(fields))
  const out: JsonObject = {}
  let scanError: string | undefined
  for (const file of files) {
    const declared = declaredProperties(file.metadata.config.docMapping.fieldMappings)
    try {
      const scan = { context, window, signal: c.req.raw.signal }
      const found = await dynamicProperties(file, patterns, scan)
      out[file.metadata.indexId] = { mappings: { properties: { ...found, ...declared } } }
    } catch (error) {
      // The mapping that was written down is still true.
      scanError = messageOf(error)
      out[file.metadata.indexId] = { mappings: { properties: declared } }
    }
  }
  const headers = scanError === undefined ? {} : { 'x-qw-field-scan-error': headerText(scanError) }
  return jsonText(stringifyJson(out), 200, headers)
}

const DECLARED_TYPES: Readonly<Record<Exclude<FieldMapping['type'], 'object'>, string>> = {
  text: 'keyword',
  u64: 'long',
  i64: 'long',
  f64: 'double',
  bool: 'boolean',
  datetime: 'date',
  ip: 'ip',
  bytes: 'binary',
  json: 'object',
  concatenate: 'keyword',
}

const FOUND_TYPES: Readonly<Record<ValueType, string>> = {
  str: 'keyword',
  i64: 'long',
  u64: 'long',
  f64: 'double',
  bool: 'boolean',
  date: 'date',
  ip: 'ip',
  bytes: 'binary',
}

/** Without what splits hold beside it: no split is read. */
export function declaredProperties(mappings: readonly FieldMapping[]): JsonObject {
  return Object.fromEntries(
    mappings.map((mapping) => [
      mapping.name,
      mapping.type === 'object'
        ? { type: 'object', properties: declaredProperties(mapping.fieldMappings) }
        : { type: DECLARED_TYPES[mapping.type] },
    ]),
  )
}

/** Flat, under dotted names; of several types at one path the first stays. */
async function dynamicProperties(
  file: IndexFile,
  patterns: readonly string[],
  scan: FieldScan,
): Promise<JsonObject> {
  const wanted = fieldMatcher(patterns)
  const objects = new Set<string>()
  collectObjects(file.metadata.config.docMapping.fieldMappings, '', objects)
  const out: JsonObject = {}
  for (const { path, type } of await fieldsOfIndex(file, scan)) {
    if (path.startsWith('_') || !wanted(path) || Object.hasOwn(out, path)) continue
    if (!objects.has(path)) setKey(out, path, { type: FOUND_TYPES[type] })
  }
  return out
}

/** Paths that the declared properties show nested already. */
function collectObjects(mappings: readonly FieldMapping[], at: string, out: Set<string>): void {
  for (const mapping of mappings) {
    const path = `${at}${mapping.name}`
    if (mapping.type === 'object') collectObjects(mapping.fieldMappings, `${path}.`, out)
    else out.add(path)
  }
}

/** Headers hold Latin-1 without line ends. */
function headerText(text: string): string {
  return text.replaceAll(/[^ -~]/g, '?').slice(0, 500)
}
