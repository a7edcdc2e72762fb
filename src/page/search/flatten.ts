import { isJsonObject, plainText, type Json, type JsonObject } from '../api/exact-json.ts'
import { visibleText } from '../format/visible.ts'
import { pathOf } from '../query/field-facts.ts'

/** The leaves of a document by path, in its order; lists and empty objects stay whole. */
export function flatten(document: JsonObject): ReadonlyMap<string, Json> {
  const flat = new Map<string, Json>()
  const walk = (value: Json, path: string): void => {
    if (!isJsonObject(value) || Object.keys(value).length === 0) {
      flat.set(path, value)
      return
    }
    for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${pathOf([key])}`)
  }
  for (const [key, value] of Object.entries(document)) walk(value, pathOf([key]))
  return flat
}

/** More of a value is never in sight in a cell. */
const MAX_CELL_CHARS = 300

/** A value as one line in which every character can be seen. */
export function cellText(value: Json | undefined): string {
  const text = plainText(value)
  const cut = text.length > MAX_CELL_CHARS ? `${text.slice(0, MAX_CELL_CHARS)}…` : text
  return visibleText(cut.replaceAll(/\s+/g, ' '))
}
