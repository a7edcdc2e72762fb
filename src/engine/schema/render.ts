import { isJsonObject, JsonFloat, setKey, type JsonObject, type JsonValue } from '../bytes/json.ts'
import { formatBinary } from './binary-text.ts'
import { makeDateFormatter } from '../dates/datetime-format.ts'
import { formatRfc3339, parseDateLiteral, parseRfc3339 } from '../dates/datetime.ts'
import { DocRejection } from './doc-rejection.ts'
import type { DatetimeField, FieldMapping, NumberField } from './field-mapping.ts'
import { makeValueReader } from './field-value.ts'
import type { IndexConfig } from './index-config.ts'
import { formatIp } from './ip.ts'

/** Stored input document -> hit, under the newest mapping. Values that no longer fit vanish. */
export type Renderer = (source: JsonObject) => JsonObject

/** Undefined: nothing to show. */
type ValueRenderer = (value: JsonValue) => JsonValue | undefined

/**
 * Stored documents are the input as it came, so that a hit follows the mapping of today: output
 * formats, `stored: false`, arrays, undeclared keys by mode, `_source` when it is stored.
 */
export function makeRenderer(config: IndexConfig): Renderer {
  const { docMapping } = config
  const keepsDynamic = docMapping.dynamicMapping?.stored === true
  const render = objectRenderer(docMapping.fieldMappings, keepsDynamic ? renderOpen : drop)
  if (!docMapping.storeSource) return render
  return (source) => ({ ...render(source), _source: renderOpen(source) })
}

/** What to keep of an input document: undefined when all of it is stored as it came. */
export function prunedSource(
  config: IndexConfig,
): ((source: JsonObject) => JsonObject) | undefined {
  const { docMapping } = config
  if (docMapping.storeSource) return undefined
  const keepsDynamic = docMapping.dynamicMapping?.stored === true
  if (keepsDynamic && allStored(docMapping.fieldMappings)) return undefined
  return objectPruner(docMapping.fieldMappings, keepsDynamic ? keep : drop)
}

function drop(): undefined {
  return undefined
}

function keep(value: JsonValue): JsonValue {
  return value
}

function allStored(fields: readonly FieldMapping[]): boolean {
  return fields.every((field) => {
    if (field.type === 'object') return allStored(field.fieldMappings)
    return field.type === 'concatenate' || field.stored
  })
}

function objectPruner(fields: readonly FieldMapping[], undeclared: ValueRenderer) {
  const prune = new Map<string, ValueRenderer>()
  for (const field of fields) {
    if (field.type === 'object') {
      const inner = objectPruner(field.fieldMappings, undeclared)
      prune.set(field.name, eachObject(inner))
    } else {
      prune.set(field.name, field.type !== 'concatenate' && field.stored ? keep : drop)
    }
  }
  return (source: JsonObject) => mapKeys(source, (key) => prune.get(key) ?? undeclared)
}

/** An object, or each of a list; what is neither is left out, and a list of nothing as well. */
function eachObject(show: (value: JsonObject) => JsonObject | undefined): ValueRenderer {
  return (value) => {
    if (isJsonObject(value)) return show(value)
    if (!Array.isArray(value)) return undefined
    const shown = value.flatMap((item) => (isJsonObject(item) ? (show(item) ?? []) : []))
    return shown.length === 0 ? undefined : shown
  }
}

function objectRenderer(fields: readonly FieldMapping[], undeclared: ValueRenderer): Renderer {
  const renderers = new Map<string, ValueRenderer>()
  for (const field of fields) {
    const isFed = field.type === 'concatenate'
    renderers.set(field.name, isFed ? drop : fieldRenderer(field, undeclared))
  }
  return (source) => mapKeys(source, (key) => renderers.get(key) ?? undeclared)
}

function mapKeys(source: JsonObject, rendererOf: (key: string) => ValueRenderer): JsonObject {
  const result: JsonObject = {}
  for (const key of Object.keys(source)) {
    const rendered = rendererOf(key)(source[key] as JsonValue) // one of its own keys
    if (rendered !== undefined) setKey(result, key, rendered)
  }
  return result
}

function fieldRenderer(
  field: Exclude<FieldMapping, { type: 'concatenate' }>,
  undeclared: ValueRenderer,
): ValueRenderer {
  if (field.type === 'object') {
    const inner = objectRenderer(field.fieldMappings, undeclared)
    return eachObject((value) => {
      const rendered = inner(value)
      return Object.keys(rendered).length === 0 ? undefined : rendered
    })
  }
  if (!field.stored) return drop
  const render = leafRenderer(field)
  return (value) => {
    const items = Array.isArray(value) ? value : [value]
    if (!field.array) {
      for (const item of items) {
        const rendered = item === null ? undefined : render(item)
        if (rendered !== undefined) return rendered
      }
      return undefined
    }
    const rendered = items.map((item) => (item === null ? undefined : render(item)))
    const shown = rendered.filter((item) => item !== undefined)
    return shown.length === 0 ? undefined : shown
  }
}

type LeafField = Exclude<FieldMapping, { type: 'concatenate' | 'object' }>

function leafRenderer(field: LeafField): ValueRenderer {
  switch (field.type) {
    case 'json':
      return (value) => (isJsonObject(value) ? renderOpen(value) : undefined)
    case 'text':
      return renderText
    case 'u64':
    case 'i64':
    case 'f64':
      return numberRenderer(field)
    case 'bool':
      return renderBool
    case 'ip': {
      const read = lenientReader(field)
      return (value) => {
        const bytes = read(value)
        return bytes instanceof Uint8Array ? formatIp(bytes) : undefined
      }
    }
    case 'bytes': {
      const read = lenientReader(field)
      return (value) => {
        const bytes = read(value)
        return bytes instanceof Uint8Array ? formatBinary(bytes, field.outputFormat) : undefined
      }
    }
    case 'datetime':
      return dateRenderer(field)
  }
}

/** The field's reader; undefined where it would reject. */
function lenientReader(field: LeafField) {
  const read = makeValueReader({ path: field.name, field }, 0)
  return (value: JsonValue) => {
    try {
      return read(value)
    } catch (error) {
      if (error instanceof DocRejection) return undefined
      throw error
    }
  }
}

function renderText(value: JsonValue): JsonValue | undefined {
  if (typeof value === 'string') return value
  if (value instanceof JsonFloat) return String(value.value)
  return typeof value === 'object' ? undefined : String(value)
}

function renderBool(value: JsonValue): JsonValue | undefined {
  if (typeof value === 'boolean') return value
  if (value === 0 || value === 1) return value === 1
  return value === 'true' || value === 'false' ? value === 'true' : undefined
}

function numberRenderer(field: NumberField): ValueRenderer {
  const read = lenientReader({ ...field, coerce: true })
  const isFloat = field.type === 'f64'
  return (value) => {
    // A whole float under an integer mapping is a widening that lost nothing.
    const isWhole = value instanceof JsonFloat && Number.isSafeInteger(value.value)
    const number = read(!isFloat && isWhole ? value.value : value)
    if (typeof number !== 'number' && typeof number !== 'bigint') return undefined
    if (field.outputFormat === 'string') return String(number)
    const showsPoint = isFloat && typeof number === 'number' && Number.isInteger(number)
    return showsPoint ? new JsonFloat(number) : number
  }
}

function dateRenderer(field: DatetimeField): ValueRenderer {
  const read = lenientReader(field)
  const format = makeDateFormatter(field.outputFormat)
  return (value) => {
    // Input formats may have changed since; what any query would understand is still a date.
    const date = read(value) ?? (typeof value === 'string' ? parseDateLiteral(value) : undefined)
    return typeof date === 'number' || typeof date === 'bigint' ? format(date) : undefined
  }
}

/** Json and dynamic values: as they are, but RFC 3339 dates in UTC. */
function renderOpen(value: JsonValue): JsonValue {
  if (typeof value === 'string') {
    const first = value.charCodeAt(0)
    const date = first >= 48 && first <= 57 ? parseRfc3339(value) : undefined
    return date === undefined ? value : formatRfc3339(date)
  }
  if (Array.isArray(value)) return value.map(renderOpen)
  return isJsonObject(value) ? mapKeys(value, () => renderOpen) : value
}
