import { isJsonObject, parseJson, stringifyJson, type JsonValue } from '../bytes/json.ts'

export interface SourceFilter {
  /** Dotted paths without wildcards; empty: everything. */
  readonly includes: readonly string[]
  readonly excludes: readonly string[]
}

/** The document as it was sent, where the index keeps it beside the document as it is mapped. */
export function sourceText(json: string): string {
  if (!json.includes('"_source":')) return json
  const document = parseJson(json)
  const sent = isJsonObject(document) ? document['_source'] : undefined
  return isJsonObject(sent) ? stringifyJson(sent) : json
}

/** A document's JSON text with only what the filter leaves. */
export function filterSource(json: string, { includes, excludes }: SourceFilter): string {
  if (includes.length === 0 && excludes.length === 0) return json
  let value = parseJson(json)
  if (includes.length > 0) value = retain(value, '', includes)
  for (const path of excludes) value = without(value, path)
  return stringifyJson(value)
}

/** Keeps exact paths whole, and on the way to one, every key whose path it starts with as text. */
function retain(value: JsonValue, at: string, includes: readonly string[]): JsonValue {
  if (!isJsonObject(value)) return value
  const kept: [string, JsonValue][] = []
  for (const [key, item] of Object.entries(value)) {
    const path = at === '' ? key : `${at}.${key}`
    if (includes.includes(path)) kept.push([key, item])
    else if (includes.some((include) => include.startsWith(path))) {
      kept.push([key, retain(item, path, includes)])
    }
  }
  return Object.fromEntries(kept)
}

/** A key may itself hold dots, so every cut of the path is tried, the whole path first. */
function without(value: JsonValue, path: string): JsonValue {
  if (!isJsonObject(value)) return value
  if (Object.hasOwn(value, path)) {
    return Object.fromEntries(Object.entries(value).filter(([key]) => key !== path))
  }
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const item = Object.hasOwn(value, path.slice(0, dot)) ? value[path.slice(0, dot)] : undefined
    if (item === undefined) continue
    const inner = without(item, path.slice(dot + 1))
    return Object.fromEntries(
      Object.entries(value).map(([key, old]) => [key, key === path.slice(0, dot) ? inner : old]),
    )
  }
  return value
}
