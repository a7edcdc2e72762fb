import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { decodeError } from '../request-body.ts'
import type { SearchParams } from './search-params.ts'

export interface SourceFilter {
  /** Dotted paths without wildcards; empty: everything. */
  readonly includes: readonly string[]
  readonly excludes: readonly string[]
}

/** What a hit shows of its document. */
export interface HitDisplay {
  /** Undefined: no `_source`. */
  readonly source: SourceFilter | undefined
  /** Names and patterns with `*`, whose values stand under `fields`. */
  readonly fields: readonly string[]
}

/** `_source`, `fields` and `docvalue_fields` of a body; what the URL says of `_source` wins. */
export function hitDisplay(params: SearchParams, body: JsonObject): HitDisplay {
  const fields = [...fieldNames(body, 'fields'), ...fieldNames(body, 'docvalue_fields')]
  return { source: sourceOf(params, body), fields }
}

function sourceOf(params: SearchParams, body: JsonObject): SourceFilter | undefined {
  const { sourceIncludes, sourceExcludes, source } = params
  const stored = body['stored_fields']
  const isNone = stored === '_none_' || (Array.isArray(stored) && stored.includes('_none_'))
  const asked =
    source === undefined ? filterOf(body['_source'] ?? null) : filterOf(urlSource(source))
  if (asked === undefined || (isNone && body['_source'] === undefined)) return undefined
  return {
    includes: sourceIncludes.length > 0 ? sourceIncludes : asked.includes,
    excludes: sourceExcludes.length > 0 ? sourceExcludes : asked.excludes,
  }
}

function urlSource(text: string): JsonValue {
  return text === 'true' || text === '' ? true : text === 'false' ? false : text.split(',')
}

const EVERYTHING: SourceFilter = { includes: [], excludes: [] }

/** `false`, a path, a list of them, or `{includes, excludes}`. */
function filterOf(json: JsonValue): SourceFilter | undefined {
  if (json === null || json === true) return EVERYTHING
  if (json === false) return undefined
  if (!isJsonObject(json)) return { includes: pathsOf(json), excludes: [] }
  const { includes, include, excludes, exclude, ...rest } = json
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw decodeError(`unknown key \`${unknown}\` in \`_source\``)
  return { includes: pathsOf(includes ?? include), excludes: pathsOf(excludes ?? exclude) }
}

function pathsOf(json: JsonValue | undefined): string[] {
  const items = json === undefined || json === null ? [] : Array.isArray(json) ? json : [json]
  const paths = items.map((item) => {
    const path = typeof item === 'string' ? item.trim().replace(/\.\*$/, '') : undefined
    if (path === undefined || (path.includes('*') && path !== '*')) {
      throw decodeError('`_source` holds paths, of which only the end may be `.*`')
    }
    return path
  })
  return paths.includes('*') ? [] : paths
}

/** `name`, or `{field: name}` with a format that is how dates are written anyway. */
function fieldNames(body: JsonObject, key: 'fields' | 'docvalue_fields'): string[] {
  const json = body[key]
  const items = json === undefined || json === null ? [] : Array.isArray(json) ? json : [json]
  return items.map((item) => {
    const name = isJsonObject(item) ? item['field'] : item
    if (typeof name !== 'string') throw decodeError(`\`${key}\` holds names of fields`)
    const format = isJsonObject(item) ? (item['format'] ?? null) : null
    if (format !== null && !AS_WRITTEN.includes(format)) {
      throw decodeError(`\`${key}\` shows \`${name}\` as it was sent: leave \`format\` out`)
    }
    return name
  })
}

const AS_WRITTEN: readonly JsonValue[] = [
  'date_time',
  'strict_date_time',
  'date_optional_time',
  'strict_date_optional_time',
  'use_field_mapping',
]

/** Values of the fields that a pattern names, as lists under their dotted paths. */
export function fieldValues(document: JsonValue, patterns: readonly string[]): JsonObject {
  const found = new Map<string, JsonValue[]>()
  const matchers = patterns.map(matcherOf)
  const visit = (value: JsonValue, path: string): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, path)
    else if (isJsonObject(value)) {
      for (const [key, item] of Object.entries(value))
        visit(item, path === '' ? key : `${path}.${key}`)
    } else if (value !== null && matchers.some((matches) => matches(path))) {
      found.set(path, [...(found.get(path) ?? []), value])
    }
  }
  visit(document, '')
  return Object.fromEntries(found)
}

function matcherOf(pattern: string): (path: string) => boolean {
  if (!pattern.includes('*')) return (path) => path === pattern
  const parts = pattern
    .split('*')
    .map((part) => part.replaceAll(/[.\\+?^$()[\]{}|]/g, String.raw`\$&`))
  const expression = new RegExp(`^${parts.join('.*')}$`, 's')
  return (path) => expression.test(path)
}
