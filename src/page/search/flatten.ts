import { isJsonObject, plainText, type Json, type JsonObject } from '../api/exact-json.ts'
import { visibleText } from '../format/visible.ts'

/** The leaves of a document by dotted path, in its order; lists and empty objects stay whole. */
export function flatten(document: JsonObject): ReadonlyMap<string, Json> {
  const flat = new Map<string, Json>()
  const walk = (value: Json, path: string): void => {
    if (!isJsonObject(value) || Object.keys(value).length === 0) {
      if (!flat.has(path)) flat.set(path, value)
      return
    }
    for (const [key, inner] of Object.entries(value))
      walk(inner, path === '' ? key : `${path}.${key}`)
  }
  for (const [key, value] of Object.entries(document)) walk(value, key)
  return flat
}

/** A value as one line in which every character can be seen. */
export function cellText(value: Json | undefined): string {
  return visibleText(plainText(value).replaceAll(/\s+/g, ' '))
}
