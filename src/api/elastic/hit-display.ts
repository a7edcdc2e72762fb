import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { parseDateLiteral } from '../../engine/dates/datetime.ts'
import { makeDatePrinter, type DatePrinter } from '../../engine/dates/java-date-print.ts'
import { UTC } from '../../engine/dates/time-zone.ts'
import { fromUnixInteger } from '../../engine/dates/unix-timestamp.ts'
import type { SourceFilter } from '../../engine/search/source-filter.ts'
import { matchesWildcard } from '../../engine/text/wildcard.ts'
import { decodeError } from '../request-body.ts'
import { allDone, bodyOptions, noEffect, type OptionTable } from './options/option.ts'
import type { SearchParams } from './search-params.ts'

/** What a hit shows. */
export interface HitDisplay {
  /** Undefined: no `_source`. */
  readonly source: SourceFilter | undefined
  /** Whose values stand under `fields`. */
  readonly fields: readonly FieldWish[]
  readonly version: boolean
}

interface FieldWish {
  /** A name, or a pattern with `*`. */
  readonly pattern: string
  /** How dates are written; undefined: as they were sent. */
  readonly printer: DatePrinter | undefined
}

/** `_source`, `fields`, `docvalue_fields`, `stored_fields` and `version`; what the URL says wins. */
export function hitDisplay(params: SearchParams, body: JsonObject): HitDisplay {
  const { docvalueFields, version } = params.fields
  const urlFields = typeof docvalueFields === 'string' ? docvalueFields.split(',') : undefined
  return {
    source: sourceOf(params, body),
    fields: [
      ...fieldWishes(body['fields'], 'fields'),
      ...fieldWishes(urlFields ?? body['docvalue_fields'], 'docvalue_fields'),
    ],
    version: version ?? body['version'] === true,
  }
}

function sourceOf(params: SearchParams, body: JsonObject): SourceFilter | undefined {
  const { sourceIncludes, sourceExcludes, source } = params
  const isNone = hidesSource(params.fields.storedFields ?? body['stored_fields'])
  const asked =
    source === undefined ? filterOf(body['_source'] ?? null) : filterOf(urlSource(source))
  if (asked === undefined || (isNone && body['_source'] === undefined)) return undefined
  return {
    includes: sourceIncludes.length > 0 ? sourceIncludes : asked.includes,
    excludes: sourceExcludes.length > 0 ? sourceExcludes : asked.excludes,
  }
}

/**
 * `_none_`, or a list without `*` and `_source`. Other names are refused: documents are kept whole, so
 * that none of their fields is stored by itself.
 */
function hidesSource(json: JsonValue | undefined): boolean {
  if (json === undefined || json === null) return false
  const list = Array.isArray(json) ? json : typeof json === 'string' ? json.split(',') : [json]
  const known: readonly JsonValue[] = ['_none_', '*', '_source']
  const other = list.find((name) => !known.includes(name))
  if (other === undefined) return !list.includes('*') && !list.includes('_source')
  throw decodeError(
    '`stored_fields` takes `*`, `_source` and `_none_`: ask for values of fields in `fields`',
  )
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

const WISH_OPTIONS: OptionTable = {
  ...allDone('field', 'format'),
  include_unmapped: noEffect('values are read from documents, mapped or not'),
}

/** Formats that ask for what is shown anyway: the date as it was sent. */
const AS_SENT: readonly JsonValue[] = ['use_field_mapping', '']

function fieldWishes(json: JsonValue | undefined, key: 'fields' | 'docvalue_fields'): FieldWish[] {
  const items = json === undefined || json === null ? [] : Array.isArray(json) ? json : [json]
  return items.map((item) => {
    if (typeof item === 'string') return { pattern: item, printer: undefined }
    if (!isJsonObject(item)) throw decodeError(`\`${key}\` holds names of fields`)
    const fields = bodyOptions(item, WISH_OPTIONS, `\`${key}\``)
    const pattern = fields.text('field')
    if (pattern === undefined) throw decodeError(`an object in \`${key}\` names a \`field\``)
    const format = fields.text('format')
    const refuse = (reason: string): never => {
      throw decodeError(`\`format\` of \`${pattern}\` in \`${key}\`: ${reason}`)
    }
    const isPlain = format === undefined || AS_SENT.includes(format)
    return { pattern, printer: isPlain ? undefined : makeDatePrinter(format, refuse) }
  })
}

/** Values of the fields that are wished for, as lists under their dotted paths. */
export function fieldValues(document: JsonValue, wishes: readonly FieldWish[]): JsonObject {
  const found = new Map<string, JsonValue[]>()
  const visit = (value: JsonValue, path: string): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, path)
    else if (isJsonObject(value)) {
      for (const [key, item] of Object.entries(value))
        visit(item, path === '' ? key : `${path}.${key}`)
    } else if (value !== null) {
      const wish = wishes.find(({ pattern }) => matchesWildcard(path, pattern))
      if (wish === undefined) return
      found.set(path, [...(found.get(path) ?? []), written(value, wish.printer)])
    }
  }
  visit(document, '')
  return Object.fromEntries(found)
}

/** What is no date stays as it is. */
function written(value: JsonValue, printer: DatePrinter | undefined): JsonValue {
  if (printer === undefined) return value
  const date =
    typeof value === 'string'
      ? parseDateLiteral(value)
      : typeof value === 'number' || typeof value === 'bigint'
        ? fromUnixInteger(value)
        : undefined
  return date === undefined ? value : printer(date, UTC)
}
